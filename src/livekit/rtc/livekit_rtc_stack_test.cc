// The media session against a real livekit-server: needs LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET of a
// server on this machine (./run stack up) and the media library (./run deps).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/write.hpp>
#include <cmath>
#include <fstream>
#include <map>
#include <memory>
#include <numbers>
#include <string>
#include <vector>

#include "core/channel.h"
#include "core/child_process.h"
#include "core/paths.h"
#include "core/task_group.h"
#include "core/test_run.h"
#include "livekit/rtc/test_session.h"

namespace call_agent::livekit::rtc {
namespace {

using Kind = RoomEvent::Kind;

/// Two sessions in one room, each hearing the other.
struct Pair {
  explicit Pair(const asio::any_io_executor& executor)
      : agent_events(executor), callee_events(executor), http(executor), room(test::new_room()) {}

  awaitable<void> open() {
    agent = value_of(co_await join(options_for(stack, room, "agent", "callee"), agent_events.sink()));
    callee = value_of(co_await join(options_for(stack, room, "callee", "agent"), callee_events.sink()));
    co_await agent_events.next(Kind::kParticipantJoined, "callee");
    co_await callee_events.next(Kind::kParticipantJoined, "agent");
    co_await agent_events.next(Kind::kTrackSubscribed, "callee");
    co_await callee_events.next(Kind::kTrackSubscribed, "agent");
  }
  /// The order of a hang-up that leaks nothing: callee removed, seen gone, agent leaves, room deleted.
  awaitable<void> hang_up() {
    const Json callee_only = {{"room", room}, {"identity", "callee"}};
    co_await stack.api(http, "RoomService/RemoveParticipant", callee_only, room);
    co_await agent_events.next(Kind::kParticipantLeft, "callee");
    co_await callee->close();
    co_await agent->close();
    co_await delete_room();
  }
  awaitable<void> delete_room() { co_await stack.api(http, "RoomService/DeleteRoom", {{"room", room}}, room); }

  Stack stack = Stack::from_environment();
  EventLog agent_events;
  EventLog callee_events;
  net::HttpClient http;
  std::string room;
  std::unique_ptr<MediaSession> agent;
  std::unique_ptr<MediaSession> callee;
};

std::vector<std::int16_t> tone(milliseconds length, double hertz = 1000) {
  std::vector<std::int16_t> out(static_cast<std::size_t>(kRate) * static_cast<std::size_t>(length.count()) / 1000);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double phase = 2 * std::numbers::pi * hertz * static_cast<double>(i) / kRate;
    out[i] = static_cast<std::int16_t>(12000 * std::sin(phase));
  }
  return out;
}

double rms(const std::vector<std::int16_t>& frame) {
  double sum = 0;
  for (const double s : frame) sum += s * s;
  return std::sqrt(sum / static_cast<double>(frame.size()));
}

/// Share of the frame's energy at `hertz`, in [0, 1], by correlation with a sine and a cosine of 16 kHz.
double share_at(const std::vector<std::int16_t>& frame, double hertz) {
  double in_phase = 0;
  double quadrature = 0;
  double energy = 1;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const double phase = 2 * std::numbers::pi * hertz * static_cast<double>(i) / 16000;
    in_phase += frame[i] * std::cos(phase);
    quadrature += frame[i] * std::sin(phase);
    energy += static_cast<double>(frame[i]) * frame[i];
  }
  return 2 * (in_phase * in_phase + quadrature * quadrature) / (energy * static_cast<double>(frame.size()));
}

constexpr double kLoud = 1000;

/// Reads until `loud` frames are (true) or are not (false) heard for 100 ms; returns when the first of them came.
awaitable<TimePoint> heard(MediaSession& session, bool loud) {
  const auto deadline = Deadline::after(kPatience);
  int run = 0;
  TimePoint first;
  while (!deadline.passed()) {
    const auto frame = co_await session.read();
    if (!frame) throw std::runtime_error("the session ended");
    if ((rms(*frame) > kLoud) != loud) {
      run = 0;
      continue;
    }
    if (run++ == 0) first = Clock::now();
    if (run == 5) co_return first;
  }
  throw std::runtime_error(loud ? "no sound arrived" : "the sound did not stop");
}

awaitable<void> write_all(MediaSession& session, milliseconds length) {
  const auto audio = tone(length);
  (void)co_await session.write(audio);
}

/// Memory of this process that nobody shares, in KiB.
long private_kib() {
  std::ifstream file("/proc/self/smaps_rollup");
  std::string word;
  while (file >> word) {
    if (word != "Private_Dirty:") continue;
    long kib = 0;
    file >> kib;
    return kib;
  }
  throw std::runtime_error("no Private_Dirty in smaps_rollup");
}

awaitable<void> tone_arrives() {
  Pair pair(co_await asio::this_coro::executor);
  co_await pair.open();
  TaskGroup tasks(co_await asio::this_coro::executor);
  tasks.spawn(write_all(*pair.agent, milliseconds{1000}));
  const TimePoint started = co_await heard(*pair.callee, true);
  const auto frame = co_await pair.callee->read();
  EXPECT_TRUE(frame.has_value());
  EXPECT_EQ(frame->size(), 320U);
  EXPECT_GT(share_at(*frame, 1000), 0.9);
  const TimePoint ended = co_await heard(*pair.callee, false);
  const auto length = std::chrono::duration_cast<milliseconds>(ended - started);
  EXPECT_NEAR(static_cast<double>(length.count()), 1000, 100);
  co_await tasks.join();
  co_await pair.hang_up();
}
TEST(RtcStack, WhatOneWritesTheOtherHears) {
  test::run(tone_arrives());
}

awaitable<void> latency() {
  Pair pair(co_await asio::this_coro::executor);
  co_await pair.open();
  TaskGroup tasks(co_await asio::this_coro::executor);
  std::vector<long> delays;
  for (int burst = 0; burst < 20; ++burst) {
    co_await heard(*pair.callee, false);
    const TimePoint written = Clock::now();
    tasks.spawn(write_all(*pair.agent, milliseconds{203}));
    const TimePoint came = co_await heard(*pair.callee, true);
    delays.push_back(std::chrono::duration_cast<milliseconds>(came - written).count());
  }
  co_await tasks.join();
  std::sort(delays.begin(), delays.end());
  testing::Test::RecordProperty("one_way_ms_p50", std::to_string(delays[delays.size() / 2]));
  fmt::print("write to frame read at the far end, ms: min {} p50 {} p90 {} max {}; underruns {}\n", delays.front(),
             delays[10], delays[18], delays.back(), pair.agent->stats().underruns);
  // Two 20 ms frames at either end, Opus and NetEq's own delay. A busy machine doubles it; a queue of ours would show.
  EXPECT_LT(delays[delays.size() / 2], 150);
  co_await pair.hang_up();
}
TEST(RtcStack, ASilentLineCarriesTheNextWordAtOnce) {
  test::run(latency());
}

awaitable<void> flush_is_quick() {
  Pair pair(co_await asio::this_coro::executor);
  co_await pair.open();
  TaskGroup tasks(co_await asio::this_coro::executor);
  tasks.spawn(write_all(*pair.agent, milliseconds{5000}));
  co_await heard(*pair.callee, true);
  for (int frame = 0; frame < 20; ++frame) co_await pair.callee->read();
  const TimePoint flushed = Clock::now();
  const milliseconds played = pair.agent->flush();
  const TimePoint silent = co_await heard(*pair.callee, false);
  const auto delay = std::chrono::duration_cast<milliseconds>(silent - flushed).count();
  fmt::print("flush to silence at the far end: {} ms; played {} ms\n", delay, played.count());
  EXPECT_LT(delay, 200);
  EXPECT_GT(played.count(), 400);
  EXPECT_LT(played.count(), 1000);
  EXPECT_EQ(pair.agent->flush().count(), 0) << "counted anew since the last flush";
  co_await tasks.join();
  co_await pair.hang_up();
}
TEST(RtcStack, AFlushSilencesTheFarEndAndSaysWhatWasPlayed) {
  test::run(flush_is_quick());
}

awaitable<void> drained_waits() {
  Pair pair(co_await asio::this_coro::executor);
  co_await pair.open();
  const TimePoint start = Clock::now();
  EXPECT_TRUE(co_await pair.agent->write(tone(milliseconds{600})));
  const auto queued = std::chrono::duration_cast<milliseconds>(Clock::now() - start);
  co_await pair.agent->drained();
  const auto drained = std::chrono::duration_cast<milliseconds>(Clock::now() - start);
  EXPECT_NEAR(static_cast<double>(queued.count()), 370, 80) << "200 ms of 600 queue, and some 40 are ahead";
  EXPECT_NEAR(static_cast<double>(drained.count()), 610, 60);
  const auto played = static_cast<double>(pair.agent->flush().count());
  EXPECT_NEAR(played, 600, 1);
  co_await pair.hang_up();
}
TEST(RtcStack, WritingIsPacedAndDrainedWaitsForTheLastSample) {
  test::run(drained_waits());
}

awaitable<void> messages() {
  Pair pair(co_await asio::this_coro::executor);
  co_await pair.open();
  value_of(co_await pair.agent->set_attributes({{"agent.state", "ready"}, {"n", "1"}}));
  const auto changed = co_await pair.callee_events.next(Kind::kAttributesChanged, "agent");
  EXPECT_EQ(changed.attributes.at("agent.state"), "ready");
  value_of(co_await pair.agent->set_attributes({{"agent.state", "speaking"}}));
  const auto again = co_await pair.callee_events.next(Kind::kAttributesChanged, "agent");
  EXPECT_EQ(again.attributes.at("agent.state"), "speaking");
  EXPECT_EQ(again.attributes.at("n"), "1") << "all attributes, not the changed ones only";

  const std::string binary("\0hello\xff", 7);
  value_of(co_await pair.agent->send_data(binary, "control"));
  const auto data = co_await pair.callee_events.next(Kind::kData, "agent");
  EXPECT_EQ(data.payload, binary);
  EXPECT_EQ(data.topic, "control");

  value_of(co_await pair.agent->send_dtmf("5#"));
  EXPECT_EQ((co_await pair.callee_events.next(Kind::kDtmf, "agent")).payload, "5");
  EXPECT_EQ((co_await pair.callee_events.next(Kind::kDtmf, "agent")).payload, "#");
  co_await pair.hang_up();
}
TEST(RtcStack, AttributesDataAndDigitsArrive) {
  test::run(messages());
}

awaitable<void> limits() {
  Pair pair(co_await asio::this_coro::executor);
  co_await pair.open();
  const auto refused = [](const Result<void>& sent) { return !sent && sent.error().code == Errc::kInvalidArgument; };
  EXPECT_TRUE(refused(co_await pair.agent->send_dtmf("5x")));
  EXPECT_TRUE(refused(co_await pair.agent->send_data(std::string(15361, 'x'), "t")));
  EXPECT_TRUE(refused(co_await pair.agent->send_data("x", "\xff")));
  EXPECT_TRUE(refused(co_await pair.agent->set_attributes({{"good", "x"}, {"bad", "\xff"}})));

  const std::string data(15360, 'x');
  const std::string topic(256, 't');
  value_of(co_await pair.agent->send_data(data, topic));
  const auto first_data = co_await pair.callee_events.next(Kind::kData, "agent");
  EXPECT_EQ(first_data.payload, data);
  EXPECT_EQ(first_data.topic, topic);
  value_of(co_await pair.agent->send_dtmf("#"));
  EXPECT_EQ((co_await pair.callee_events.next(Kind::kDtmf, "agent")).payload, "#");
  const std::map<std::string, std::string> attributes{{"k", std::string(65535, 'v')}};
  value_of(co_await pair.agent->set_attributes(attributes));
  EXPECT_EQ((co_await pair.callee_events.next(Kind::kAttributesChanged, "agent")).attributes, attributes);
  co_await pair.hang_up();
}
TEST(RtcStack, WhatIsRefusedIsNeverSentAndWhatIsAtTheLimitArrives) {
  test::run(limits());
}

awaitable<void> attributes_on_join() {
  const auto executor = co_await asio::this_coro::executor;
  Pair pair(executor);
  co_await pair.open();
  value_of(co_await pair.agent->set_attributes({{"k", "v"}}));
  EventLog late_events(executor);
  auto late = value_of(co_await join(options_for(pair.stack, pair.room, "late", "agent"), late_events.sink()));
  const auto joined = co_await late_events.next(Kind::kParticipantJoined, "agent");
  EXPECT_EQ(joined.attributes.at("k"), "v");
  EXPECT_FALSE(joined.sip);
  co_await pair.agent_events.next(Kind::kParticipantJoined, "late");  // Who leaves before that was never there.
  co_await late->close();
  EXPECT_EQ((co_await pair.agent_events.next(Kind::kParticipantLeft, "late")).reason,
            DisconnectReason::kClientInitiated);
  co_await pair.hang_up();
}
TEST(RtcStack, WhoIsThereAlreadyIsReportedWithAttributes) {
  test::run(attributes_on_join());
}

awaitable<void> removed() {
  Pair pair(co_await asio::this_coro::executor);
  co_await pair.open();
  const Json callee = {{"room", pair.room}, {"identity", "callee"}};
  co_await pair.stack.api(pair.http, "RoomService/RemoveParticipant", callee, pair.room);
  EXPECT_EQ((co_await pair.callee_events.next(Kind::kDisconnected, "")).reason, DisconnectReason::kParticipantRemoved);
  EXPECT_EQ((co_await pair.agent_events.next(Kind::kParticipantLeft, "callee")).reason,
            DisconnectReason::kParticipantRemoved);
  EXPECT_FALSE((co_await pair.callee->read()).has_value()) << "a session that has ended reads nothing";
  EXPECT_EQ((co_await pair.callee->write(tone(milliseconds{20}))).error().code, Errc::kUnavailable);
  EXPECT_EQ((co_await pair.callee->send_data("x", "")).error().code, Errc::kUnavailable);
  co_await pair.delete_room();
  EXPECT_EQ((co_await pair.agent_events.next(Kind::kDisconnected, "")).reason, DisconnectReason::kRoomDeleted);
  co_await pair.callee->close();
  co_await pair.agent->close();
}
TEST(RtcStack, LeavingHasAReason) {
  test::run(removed());
}

awaitable<void> read_until_end(MediaSession& session, bool& ended) {
  while (co_await session.read()) {
  }
  ended = true;
}

awaitable<void> close_returns_everything() {
  Pair pair(co_await asio::this_coro::executor);
  co_await pair.open();
  TaskGroup tasks(co_await asio::this_coro::executor);
  bool ended = false;
  tasks.spawn(read_until_end(*pair.callee, ended));
  tasks.spawn(write_all(*pair.callee, milliseconds{60'000}));
  tasks.spawn(pair.callee->close());
  co_await pair.callee->close();
  co_await pair.callee->close();
  co_await tasks.join();
  EXPECT_TRUE(ended);
  co_await pair.agent_events.next(Kind::kParticipantLeft, "callee");
  co_await pair.agent->close();
  co_await pair.delete_room();
}
TEST(RtcStack, CloseIsIdempotentAndEndsPendingReadsAndWrites) {
  test::run(close_returns_everything());
}

awaitable<void> dropped_without_close() {
  Pair pair(co_await asio::this_coro::executor);
  co_await pair.open();
  pair.callee.reset();
  co_await pair.agent_events.next(Kind::kParticipantLeft, "callee");
  co_await pair.agent->close();
  co_await pair.delete_room();
}
TEST(RtcStack, ASessionDroppedWithoutCloseLeavesTheRoom) {
  test::run(dropped_without_close());
}

awaitable<Errc> join_error(JoinOptions options) {
  const auto joined = co_await join(std::move(options), {});
  if (joined) throw std::runtime_error("joined");
  EXPECT_EQ(joined.error().what.find("eyJ"), std::string::npos) << "an error must not repeat the token";
  fmt::print("{}: {}\n", to_string(joined.error().code), joined.error().what);
  co_return joined.error().code;
}

TEST(RtcStack, ARefusedTokenIsAPermissionError) {
  const auto stack = Stack::from_environment();
  auto options = options_for(stack, test::new_room(), "agent", "callee");
  options.token = stack.token("agent", {{"roomJoin", true}}, "wrong-wrong-wrong-wrong-wrong-wrong-wrong");
  EXPECT_EQ(test::run(join_error(options)), Errc::kPermission);
  options.token = "not-a-jwt";
  EXPECT_EQ(test::run(join_error(options)), Errc::kPermission);
}

TEST(RtcStack, NobodyListeningIsUnavailable) {
  auto options = options_for(Stack::from_environment(), test::new_room(), "agent", "callee");
  options.url = "ws://127.0.0.1:9";
  options.connect_timeout = milliseconds{3000};
  EXPECT_EQ(test::run(join_error(options)), Errc::kUnavailable);
}

/// One call in the hang-up order: callee removed, seen gone, agent leaves, room deleted.
awaitable<void> one_call(const Stack& stack, net::HttpClient& http, ChildProcess& far_end) {
  const auto executor = co_await asio::this_coro::executor;
  EventLog events(executor);
  const std::string room = test::new_room();
  auto agent = value_of(co_await join(options_for(stack, room, "agent", "callee"), events.sink()));
  const std::string line = room + "\n";
  co_await asio::async_write(far_end.input(), asio::buffer(line), asio::use_awaitable);
  co_await events.next(Kind::kTrackSubscribed, "callee");
  co_await agent->read();
  co_await stack.api(http, "RoomService/RemoveParticipant", {{"room", room}, {"identity", "callee"}}, room);
  co_await events.next(Kind::kParticipantLeft, "callee");
  co_await agent->close();
  co_await stack.api(http, "RoomService/DeleteRoom", {{"room", room}}, room);
}

awaitable<void> many_calls() {
  constexpr int kWarmUp = 20;
  constexpr int kCalls = 50;
  const auto executor = co_await asio::this_coro::executor;
  const auto stack = Stack::from_environment();
  net::HttpClient http(executor);
  ChildProcess::Options program;
  program.arguments = {(self_path().parent_path() / "livekit_rtc_far_end").string()};
  const auto far_end = value_of(ChildProcess::start(executor, program));
  long before = 0;
  for (int call = 0; call < kWarmUp + kCalls; ++call) {
    if (call == kWarmUp) before = private_kib();
    co_await one_call(stack, http, *far_end);
  }
  const long growth = private_kib() - before;
  fmt::print("private memory after {} calls {} KiB, after {} more {:+} KiB\n", kWarmUp, before, kCalls, growth);
  // An agent that leaves a callee behind costs 480 KiB a call, which would be 24 MiB here.
  EXPECT_LT(growth, 5 * 1024);
}
TEST(RtcStack, FiftyCallsInTheHangUpOrderLeaveNothingBehind) {
  test::run(many_calls());
}

}  // namespace
}  // namespace call_agent::livekit::rtc
