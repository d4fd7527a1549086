// Placing calls through a real livekit-server and livekit-sip, named by LIVEKIT_URL, LIVEKIT_API_KEY and
// LIVEKIT_API_SECRET. The agent is a bare participant of kind agent; no worker is needed.
#include "app/livekit_telephony.h"

#include <gmock/gmock.h>

#include "calls/job.h"
#include "livekit/api/imposter_sip_phone.h"
#include "livekit/stack_fixture.h"
#include "net/imposter_server.h"
#include "net/websocket.h"

namespace call_agent::app {
namespace {

namespace api = livekit::api;
using net::run_test;
using test::Stack;

constexpr const char* kAgentName = "nobody_has_this_name";

Deadline in_time() {
  return Deadline::after(milliseconds(15'000));
}

LiveKitConfig config_of(const Stack& stack, std::string trunk_id = "ST_unknown") {
  return {.url = stack.url, .api_key = stack.key, .api_secret = stack.secret, .trunk_id = std::move(trunk_id)};
}

std::unique_ptr<LiveKitTelephony> telephony_of(const asio::any_io_executor& executor, LiveKitConfig config) {
  auto made = LiveKitTelephony::create(executor, std::move(config), kAgentName);
  if (!made) throw std::runtime_error(made.error().what);
  return std::move(*made);
}

/// Joins as an agent that says `state`, and whom it may talk to.
awaitable<std::unique_ptr<net::WebSocket>> join(Stack stack, std::string room, std::string state,
                                                std::string reach = "") {
  const Json claims{
      {"iss", stack.key},
      {"sub", "agent-1"},
      {"exp", unix_ms() / 1000 + 60},
      {"kind", "agent"},
      {"attributes",
       {{std::string(calls::kAgentStateAttribute), state}, {std::string(calls::kAgentReachAttribute), reach}}},
      {"video", {{"roomJoin", true}, {"room", room}}}};
  const std::string token = api::sign_hs256(dump_json(claims), stack.secret);
  auto socket = co_await net::WebSocket::connect(stack.url + "/rtc?protocol=9&access_token=" + token, {}, in_time());
  if (!socket) throw std::runtime_error(socket.error().what);
  if (!co_await (*socket)->read()) throw std::runtime_error("the agent could not join");
  co_return std::move(*socket);
}

awaitable<void> wait_for_agent(LiveKitTelephony& telephony, std::string room,
                               std::optional<Result<calls::Telephony::Agent>>& result) {
  result = co_await telephony.agent_ready(std::move(room), in_time());
}

TEST(LiveKitTelephony, SeesTheAgentOnceItIsReady) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const auto stack = Stack::from_environment();
    const auto telephony = telephony_of(executor, config_of(stack));
    const std::string room = test::new_room();
    EXPECT_TRUE(co_await telephony->dispatch(room, "{}", in_time()));
    {
      const auto warming = co_await join(stack, room, "warming");
      const auto early = co_await telephony->agent_ready(room, Deadline::after(milliseconds(200)));
      EXPECT_EQ(early.error().code, Errc::kDeadline);
    }
    TaskGroup tasks(executor);
    std::optional<Result<calls::Telephony::Agent>> result;
    tasks.spawn(wait_for_agent(*telephony, room, result));
    const auto agent = co_await join(stack, room, std::string(calls::kReady));
    co_await tasks.join();
    EXPECT_TRUE(result && *result);
    auto inside = co_await telephony->occupancy(room);
    EXPECT_TRUE(inside && inside->agent && !inside->callee);
    EXPECT_TRUE(co_await telephony->delete_room(room));
    EXPECT_TRUE(co_await telephony->delete_room(room)) << "gone already";
    inside = co_await telephony->occupancy(room);
    EXPECT_TRUE(inside && !inside->agent) << "a room that is gone is empty";
  });
}

TEST(LiveKitTelephony, AnAgentThatOnlyRehearsesIsNotConnectedBeyondThisMachine) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const auto stack = Stack::from_environment();
    auto twirp = api::TwirpClient::create(executor, {.url = stack.url, .key = {stack.key, stack.secret}});
    api::SipService sip(**twirp);
    // TEST-NET-1: should the refusal fail, the INVITE reaches nobody.
    const auto trunk = co_await sip.create_trunk(
        {.name = test::new_room(), .address = "192.0.2.1", .numbers = {"+15550001"}}, in_time());
    const auto telephony = telephony_of(executor, config_of(stack, trunk->id));
    const std::string room = test::new_room();
    EXPECT_TRUE(co_await telephony->dispatch(room, "{}", in_time()));
    const auto participant = co_await join(stack, room, std::string(calls::kReady), std::string(calls::kLoopbackOnly));
    const auto agent = co_await telephony->agent_ready(room, in_time());
    EXPECT_TRUE(agent && agent->loopback_only);
    const auto result = co_await telephony->dial({.room = room,
                                                  .phone_number = "+442079460101",
                                                  .callee_identity = "callee",
                                                  .ringing_timeout = milliseconds(2'000),
                                                  .max_duration = milliseconds(60'000),
                                                  .loopback_only = true});
    EXPECT_TRUE(result && !result->answered);
    EXPECT_EQ(result->outcome, calls::Outcome::kPolicyRefused);
    EXPECT_TRUE(result->detail.contains("LLM_BASE_URL")) << result->detail;
    EXPECT_TRUE(co_await sip.delete_trunk(trunk->id, in_time()));
    EXPECT_TRUE(co_await telephony->delete_room(room));
  });
}

TEST(LiveKitTelephony, AsksAgainAndSaysThatNoWorkerTookTheJob) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const auto stack = Stack::from_environment();
    const auto telephony = telephony_of(executor, config_of(stack));
    const std::string room = test::new_room();
    EXPECT_TRUE(co_await telephony->dispatch(room, "the job", in_time()));

    auto twirp = api::TwirpClient::create(executor, {.url = stack.url, .key = {stack.key, stack.secret}});
    api::DispatchService dispatches(**twirp);
    const auto ours = [](const std::vector<api::Dispatch>& all) {
      const auto found = std::ranges::find(all, kAgentName, &api::Dispatch::agent_name);
      return found == all.end() ? api::Dispatch{} : *found;
    };
    const auto before = co_await dispatches.list(room, in_time());
    const auto result = co_await telephony->agent_ready(room, Deadline::after(milliseconds(6'500)));
    const auto after = co_await dispatches.list(room, in_time());

    EXPECT_EQ(result.error().code, Errc::kDeadline);
    EXPECT_TRUE(result.error().what.contains("no worker took the job: is `call-agent calling-agent` running?"));
    EXPECT_EQ(before->size(), after->size());
    EXPECT_NE(ours(*before).id, ours(*after).id);
    EXPECT_EQ(ours(*after).metadata, "the job");
    EXPECT_TRUE(co_await telephony->delete_room(room));
  });
}

TEST(LiveKitTelephony, NamesTheVariableThatIsWrong) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    auto config = config_of(Stack::from_environment());
    const std::string room = test::new_room();
    const auto unknown_trunk = co_await telephony_of(executor, config)
                                   ->dial({.room = room,
                                           .phone_number = "+442079460101",
                                           .callee_identity = "callee",
                                           .ringing_timeout = milliseconds(2'000),
                                           .max_duration = milliseconds(60'000)});
    EXPECT_TRUE(unknown_trunk);
    EXPECT_EQ(unknown_trunk->outcome, calls::Outcome::kTrunkError);
    EXPECT_TRUE(unknown_trunk->detail.contains("SIP_OUTBOUND_TRUNK_ID")) << unknown_trunk->detail;

    config.api_secret = "wrong";
    const auto wrong_secret = co_await telephony_of(executor, config)->dispatch(room, "", in_time());
    EXPECT_EQ(wrong_secret.error().code, Errc::kPermission);
    EXPECT_TRUE(wrong_secret.error().what.contains("LIVEKIT_API_SECRET"));

    config.url = "ws://127.0.0.1:1";
    const auto nobody = co_await telephony_of(executor, config)->dispatch(room, "", in_time());
    EXPECT_EQ(nobody.error().code, Errc::kUnavailable);
    EXPECT_TRUE(nobody.error().what.contains("LIVEKIT_URL"));
  });
}

TEST(LiveKitTelephony, DialsOnceAndSaysWhatBecameOfIt) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const auto stack = Stack::from_environment();
    auto twirp = api::TwirpClient::create(executor, {.url = stack.url, .key = {stack.key, stack.secret}});
    api::SipService sip(**twirp);
    for (const auto& [status, outcome] :
         {std::pair{486, calls::Outcome::kBusy}, std::pair{603, calls::Outcome::kDeclined},
          std::pair{0, calls::Outcome::kNoAnswer}, std::pair{200, calls::Outcome::kCompleted}}) {
      livekit::api::ImposterSipPhone phone(executor, status);
      const auto trunk = co_await sip.create_trunk({.name = test::new_room(),
                                                    .address = phone.address(),
                                                    .transport = api::SipTransport::kUdp,
                                                    .numbers = {"+15550001"}},
                                                   in_time());
      const auto telephony = telephony_of(executor, config_of(stack, trunk->id));
      const std::string room = test::new_room();
      EXPECT_TRUE(co_await telephony->dispatch(room, "", in_time()));
      const auto result = co_await telephony->dial({.room = room,
                                                    .phone_number = "+442079460101",
                                                    .callee_identity = "callee",
                                                    .ringing_timeout = milliseconds(2'000),
                                                    .max_duration = milliseconds(60'000)});
      EXPECT_TRUE(result);
      EXPECT_EQ(result->answered, status == 200);
      EXPECT_EQ(result->outcome, outcome) << result->detail;
      if (status == 486 || status == 603) EXPECT_EQ(result->sip_status, status);
      const auto inside = co_await telephony->occupancy(room);
      EXPECT_TRUE(inside && (inside->callee || status != 200));
      EXPECT_TRUE(co_await telephony->delete_room(room));
      if (status == 200) co_await phone.until_heard("BYE", in_time());
      EXPECT_TRUE(co_await sip.delete_trunk(trunk->id, in_time()));
      co_await phone.stop();
    }
  });
}

}  // namespace
}  // namespace call_agent::app
