#include "calls/placer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calls/job.h"
#include "calls/memory_store.h"
#include "core/channel.h"
#include "core/test_run.h"

namespace call_agent::calls {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class FakePlan final : public NumberingPlan {
 public:
  Result<CheckedNumber> check(std::string_view number) const override {
    if (!number.starts_with('+')) return fail(Errc::kInvalidArgument, "phone_number must be E.164");
    return CheckedNumber{.e164 = std::string(number), .region = "GB", .warning = ""};
  }
};

/// Does as it is told and remembers what it was asked. `hold` names the step that waits until it is let go.
class FakeTelephony final : public Telephony {
 public:
  explicit FakeTelephony(const asio::any_io_executor& executor) : let_go(executor) {}

  std::vector<std::string> asked;
  std::string metadata;
  std::optional<Dial> dialed;
  Result<void> on_dispatch;
  Result<Agent> on_ready = Agent{};
  Result<DialResult> on_dial = DialResult{.answered = true, .outcome = {}, .detail = "", .sip_status = 200};
  Result<void> on_delete;
  std::function<void()> before_dial;
  std::string hold;
  Notifier let_go;

  awaitable<Result<void>> dispatch(std::string room, std::string job, Deadline) override {
    asked.push_back("dispatch");
    EXPECT_FALSE(room.empty());
    metadata = std::move(job);
    if (hold == "dispatch") co_await let_go.wait();
    co_return on_dispatch;
  }
  awaitable<Result<Agent>> agent_ready(std::string, Deadline) override {
    asked.push_back("agent_ready");
    if (hold == "agent_ready") co_await let_go.wait();
    co_return on_ready;
  }
  awaitable<Result<DialResult>> dial(Dial dial) override {
    asked.push_back("dial");
    dialed = dial;
    if (before_dial) before_dial();
    if (hold == "dial") co_await let_go.wait();
    co_return on_dial;
  }
  awaitable<Result<Occupancy>> occupancy(std::string) override { co_return Occupancy{}; }
  awaitable<Result<void>> check(Deadline) override { co_return Result<void>{}; }
  awaitable<Result<void>> delete_room(std::string) override {
    asked.push_back("delete_room");
    if (hold == "dial") let_go.notify();  // Whoever rings is hung up.
    co_return on_delete;
  }
};

struct PlacerTest : testing::Test {
  asio::io_context io{1};
  MemoryStore store;
  FakeTelephony telephony{io.get_executor()};
  FakePlan plan;
  Placer::Options options;
  std::vector<State> progress;

  Placer placer() { return {store, telephony, plan, options}; }
  OnProgress remember() {
    return [this](const Progress& p) { progress.push_back(p.state); };
  }
  Result<Call> place(std::string number = "+442079460123", std::string key = "") {
    auto placing = placer();
    PlaceRequest request{.phone_number = std::move(number),
                         .objective = "Book a table",
                         .request = {{"max_minutes", 5}},
                         .idempotency_key = std::move(key)};
    return test::run_on(io, placing.place(std::move(request), remember()));
  }
  Call the_call() const { return store.calls.begin()->second; }
  int dials() const { return static_cast<int>(std::ranges::count(telephony.asked, "dial")); }
};

TEST_F(PlacerTest, AnAnsweredCallIsJournaledDispatchedReadiedAndDialedOnce) {
  const auto call = place();
  ASSERT_TRUE(call) << call.error().what;
  EXPECT_EQ(call->state, State::kActive);
  EXPECT_FALSE(call->outcome);
  EXPECT_THAT(telephony.asked, ElementsAre("dispatch", "agent_ready", "dial"));
  EXPECT_THAT(store.journal,
              ElementsAre("insert", "advance dispatching", "advance ready", "advance dialing", "advance active"));
  EXPECT_THAT(progress, ElementsAre(State::kDispatching, State::kDialing, State::kActive));
}

TEST_F(PlacerTest, TheDialAndTheJobSpeakOfTheSameRoomAndCallee) {
  const auto call = place();
  const auto job = JobMetadata::parse(telephony.metadata);
  ASSERT_TRUE(call && job && telephony.dialed);
  EXPECT_EQ(job->call_id, call->call_id);
  EXPECT_EQ(job->room, telephony.dialed->room);
  EXPECT_EQ(job->callee_identity, telephony.dialed->callee_identity);
  EXPECT_EQ(job->objective, "Book a table");
  EXPECT_EQ(telephony.dialed->phone_number, "+442079460123");
  EXPECT_EQ(telephony.dialed->ringing_timeout, 30s);
  EXPECT_EQ(telephony.dialed->max_duration, 5min);
}

TEST_F(PlacerTest, TheIntentIsJournaledBeforeLiveKitHearsOfIt) {
  store.broken.insert("insert");
  EXPECT_EQ(place().error().code, Errc::kUnavailable);
  EXPECT_THAT(telephony.asked, IsEmpty());
}

TEST_F(PlacerTest, ARefusedNumberIsNeitherStoredNorDialed) {
  EXPECT_EQ(place("911").error().code, Errc::kInvalidArgument);
  EXPECT_THAT(store.journal, IsEmpty());
  EXPECT_THAT(telephony.asked, IsEmpty());
}

TEST_F(PlacerTest, ABadArgumentIsNeitherStoredNorDialed) {
  auto placing = placer();
  PlaceRequest request{.phone_number = "+44", .objective = "", .request = {{"language", 7}}, .idempotency_key = ""};
  const auto call = test::run_on(io, placing.place(std::move(request), nullptr));
  EXPECT_THAT(call.error().what, HasSubstr("language"));
  EXPECT_THAT(store.journal, IsEmpty());
}

TEST_F(PlacerTest, EveryFailedDialEndsTheCallAndDeletesTheRoom) {
  struct Ending {
    Outcome outcome;
    int sip;
  };
  for (const auto& [outcome, sip] :
       {Ending{Outcome::kBusy, 486}, Ending{Outcome::kDeclined, 603}, Ending{Outcome::kInvalidNumber, 404},
        Ending{Outcome::kNoAnswer, 480}, Ending{Outcome::kTrunkError, 503}, Ending{Outcome::kRateLimited, 429}}) {
    store.calls.clear();
    telephony.asked.clear();
    telephony.on_dial = DialResult{.answered = false, .outcome = outcome, .detail = "why", .sip_status = sip};
    const auto call = place();
    ASSERT_TRUE(call);
    EXPECT_EQ(call->state, State::kEnded);
    EXPECT_EQ(call->outcome, outcome);
    EXPECT_EQ(call->sip_status, sip);
    EXPECT_EQ(call->outcome_detail, "why");
    EXPECT_THAT(telephony.asked, ElementsAre("dispatch", "agent_ready", "dial", "delete_room"));
  }
}

TEST_F(PlacerTest, WithoutAReadyAgentNothingRings) {
  telephony.on_ready = fail(Errc::kDeadline, "no worker took the job; start call-agent calling-agent");
  const auto call = place();
  ASSERT_TRUE(call);
  EXPECT_EQ(call->outcome, Outcome::kAgentFailed);
  EXPECT_THAT(call->outcome_detail, HasSubstr("calling-agent"));
  EXPECT_THAT(telephony.asked, ElementsAre("dispatch", "agent_ready", "delete_room"));
}

TEST_F(PlacerTest, AnAgentThatMayOnlyTalkToThisMachineSaysSoInTheDial) {
  ASSERT_TRUE(place());
  EXPECT_FALSE(telephony.dialed->loopback_only);
  telephony.on_ready = Telephony::Agent{.loopback_only = true};
  ASSERT_TRUE(place());
  EXPECT_TRUE(telephony.dialed->loopback_only);
}

TEST_F(PlacerTest, WithoutADispatchNothingRings) {
  telephony.on_dispatch = fail(Errc::kUnavailable, "LiveKit cannot be reached");
  EXPECT_EQ(place()->outcome, Outcome::kAgentFailed);
  EXPECT_THAT(telephony.asked, ElementsAre("dispatch", "delete_room"));
}

TEST_F(PlacerTest, ADialOfUnknownFateIsNeverRepeatedAndItsRoomGoesFirst) {
  telephony.on_dial = fail(Errc::kUnavailable, "connection reset");
  store.before["end dropped"] = [this] { EXPECT_THAT(telephony.asked, Contains("delete_room")); };
  const auto call = place();
  EXPECT_EQ(call->outcome, Outcome::kDropped);
  EXPECT_THAT(telephony.asked, ElementsAre("dispatch", "agent_ready", "dial", "delete_room"));
}

TEST_F(PlacerTest, ADialThatLiveKitRefusedIsATrunkError) {
  telephony.on_dial = fail(Errc::kNotFound, "trunk ST_x is unknown: check SIP_OUTBOUND_TRUNK_ID");
  const auto call = place();
  EXPECT_EQ(call->outcome, Outcome::kTrunkError);
  EXPECT_THAT(call->outcome_detail, HasSubstr("SIP_OUTBOUND_TRUNK_ID"));
}

TEST_F(PlacerTest, ALostReplyDoesNotHangUpOnSomebodyWhoAnswered) {
  telephony.on_dial = fail(Errc::kUnavailable, "connection reset");
  telephony.before_dial = [this] { store.calls.begin()->second.state = State::kActive; };  // The agent saw it.
  const auto call = place();
  EXPECT_EQ(call->state, State::kActive);
  EXPECT_THAT(telephony.asked, Not(Contains("delete_room")));
}

TEST_F(PlacerTest, ADialThatNeverReturnsIsGivenUpAndNotRepeated) {
  options.ringing_limit = 5ms;
  options.reply_margin = 5ms;
  telephony.hold = "dial";
  const auto call = place();
  EXPECT_EQ(call->outcome, Outcome::kDropped);
  EXPECT_EQ(dials(), 1);
  EXPECT_THAT(telephony.asked, Contains("delete_room"));
}

TEST_F(PlacerTest, TheAgentMayHaveJournaledTheAnswerFirst) {
  store.before["advance active"] = [this] { store.calls.begin()->second.state = State::kEnding; };
  const auto call = place();
  ASSERT_TRUE(call);
  EXPECT_EQ(call->state, State::kEnding);
  EXPECT_THAT(telephony.asked, Not(Contains("delete_room")));
}

TEST_F(PlacerTest, APhoneThatAnswersACallThatHasEndedIsHungUp) {
  store.before["advance active"] = [this] {
    store.calls.begin()->second.state = State::kEnded;
    store.calls.begin()->second.outcome = Outcome::kCanceled;
  };
  const auto call = place();
  ASSERT_TRUE(call);
  EXPECT_EQ(call->outcome, Outcome::kCanceled);
  EXPECT_THAT(telephony.asked, Contains("delete_room"));
  EXPECT_THAT(progress, Not(Contains(State::kActive)));
}

TEST_F(PlacerTest, ACallThatIsEndedWhileItRingsIsHungUpAgain) {
  options.look_every = 1ms;
  telephony.hold = "dial";
  telephony.on_dial = DialResult{.answered = false, .outcome = Outcome::kNoAnswer, .detail = "", .sip_status = {}};
  telephony.before_dial = [this] {
    store.calls.begin()->second.state = State::kEnded;
    store.calls.begin()->second.outcome = Outcome::kCanceled;
  };
  EXPECT_EQ(place()->outcome, Outcome::kCanceled);
  EXPECT_THAT(telephony.asked, Contains("delete_room"));
}

TEST_F(PlacerTest, ALostDialThatCannotBeHungUpIsNotSaidToBeOver) {
  options.hang_up_patience = 0ms;
  telephony.on_dial = fail(Errc::kUnavailable, "connection reset");
  telephony.on_delete = fail(Errc::kUnavailable, "connection refused");
  const auto call = place();
  ASSERT_TRUE(call);
  EXPECT_EQ(call->state, State::kDialing) << "it may still ring: nobody may think of placing it again";
}

TEST_F(PlacerTest, ALostDialOfACallThatHasEndedIsHungUpAllTheSame) {
  telephony.on_dial = fail(Errc::kUnavailable, "connection reset");
  telephony.before_dial = [this] { store.calls.begin()->second.state = State::kEnded; };
  ASSERT_TRUE(place());
  EXPECT_THAT(telephony.asked, Contains("delete_room"));
}

TEST_F(PlacerTest, AKnownKeyReturnsItsCallAndDialsNothing) {
  const auto first = place("+442079460123", "key");
  const auto second = place("+442079460123", "key");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->call_id, second->call_id);
  EXPECT_EQ(dials(), 1);
  EXPECT_EQ(place("+442079460124", "key").error().code, Errc::kConflict);
  EXPECT_EQ(dials(), 1);
}

TEST_F(PlacerTest, WithoutAKeyEveryRequestIsItsOwnIntent) {
  EXPECT_NE(place()->call_id, place()->call_id);
  EXPECT_EQ(dials(), 2);
}

TEST_F(PlacerTest, OfTwoWhoWouldDialOneCallOnlyOneDoes) {
  store.before["advance dialing"] = [this] { store.calls.begin()->second.state = State::kDialing; };
  const auto call = place();
  ASSERT_TRUE(call);
  EXPECT_EQ(call->state, State::kDialing);
  EXPECT_EQ(dials(), 0);
  EXPECT_THAT(telephony.asked, Not(Contains("delete_room"))) << "the room is the other's";
}

TEST_F(PlacerTest, ACallEndedWhileTheAgentGotReadyIsNotDialed) {
  store.before["advance ready"] = [this] {
    auto& call = store.calls.begin()->second;
    call.state = State::kEnded;
    call.outcome = Outcome::kCanceled;
  };
  const auto call = place();
  EXPECT_EQ(call->outcome, Outcome::kCanceled);
  EXPECT_EQ(dials(), 0);
  EXPECT_THAT(telephony.asked, Contains("delete_room"));
}

TEST_F(PlacerTest, ALogThatFailsBeforeTheDialMeansNoDial) {
  for (const char* step : {"advance dispatching", "advance ready", "advance dialing"}) {
    store.broken = {step};
    telephony.asked.clear();
    EXPECT_EQ(place().error().code, Errc::kUnavailable) << step;
    EXPECT_EQ(dials(), 0) << step;
    EXPECT_THAT(telephony.asked, Contains("delete_room"));
  }
}

TEST_F(PlacerTest, ALogThatFailsAfterTheDialDoesNotHideWhatHappened) {
  store.broken = {"end busy", "get"};
  telephony.on_dial = DialResult{.answered = false, .outcome = Outcome::kBusy, .detail = "busy", .sip_status = 486};
  const auto call = place();
  ASSERT_TRUE(call);
  EXPECT_EQ(call->outcome, Outcome::kBusy);
  EXPECT_THAT(telephony.asked, Contains("delete_room"));
}

awaitable<void> place_for_client(Placer& placer, TaskGroup& tasks, OnProgress on_progress,
                                 std::optional<Result<Call>>& result) {
  PlaceRequest request{
      .phone_number = "+442079460123", .objective = "", .request = Json::object(), .idempotency_key = ""};
  result = co_await placer.place_in(tasks, std::move(request), std::move(on_progress));
}

struct PlacerInAServer : PlacerTest {
  Placer placing = placer();
  TaskGroup tasks{io.get_executor()};
  TaskGroup client{io.get_executor()};
  std::optional<Result<Call>> result;

  void begin(std::string held) {
    telephony.hold = std::move(held);
    io.restart();
    client.spawn(place_for_client(placing, tasks, remember(), result));
    io.poll();
  }
  void finish() {
    io.restart();
    io.run();
    EXPECT_EQ(tasks.size() + client.size(), 0U);
  }
};

TEST_F(PlacerInAServer, TheClientGetsTheCall) {
  begin("");
  finish();
  ASSERT_TRUE(result && *result);
  EXPECT_EQ((*result)->state, State::kActive);
  EXPECT_THAT(progress, Contains(State::kActive));
}

TEST_F(PlacerInAServer, AClientThatGoesAwayChangesNothing) {
  begin("dial");
  client.cancel();
  io.restart();
  io.poll();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->error().code, Errc::kCancelled);
  EXPECT_EQ(the_call().state, State::kDialing);
  telephony.let_go.notify();
  finish();
  EXPECT_EQ(the_call().state, State::kActive);
  EXPECT_THAT(telephony.asked, Not(Contains("delete_room")));
  EXPECT_THAT(progress, Not(Contains(State::kActive))) << "nobody listens any more";
}

TEST_F(PlacerInAServer, AServerThatStopsBeforeTheDialCancelsTheCall) {
  for (const char* step : {"dispatch", "agent_ready"}) {
    store.calls.clear();
    telephony.asked.clear();
    begin(step);
    tasks.cancel();
    finish();
    EXPECT_EQ(the_call().outcome, Outcome::kCanceled) << step;
    EXPECT_EQ(dials(), 0);
    EXPECT_THAT(telephony.asked, Contains("delete_room"));
    ASSERT_TRUE(result);
  }
}

TEST_F(PlacerInAServer, AServerThatStopsWhileThePhoneRingsLeavesTheCallToItsAgent) {
  begin("dial");
  tasks.cancel();
  finish();
  EXPECT_EQ(the_call().state, State::kDialing);
  EXPECT_FALSE(the_call().outcome);
  EXPECT_THAT(telephony.asked, Not(Contains("delete_room")));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->error().code, Errc::kCancelled);
}

TEST_F(PlacerInAServer, AServerThatIsAlreadyStoppingAnswersItsClient) {
  client.spawn(place_for_client(placing, tasks, nullptr, result));
  while (tasks.size() == 0) io.poll_one();
  tasks.cancel();
  finish();
  ASSERT_TRUE(result);
}

}  // namespace
}  // namespace call_agent::calls
