#include "calls/sweeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "calls/memory_store.h"
#include "core/test_run.h"

namespace call_agent::calls {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kNow = 1'800'000'000'000;

/// Only rooms, and who is in them.
class Rooms final : public Telephony {
 public:
  Result<Occupancy> present = Occupancy{};
  Result<void> on_delete;
  std::vector<std::string> deleted;

  awaitable<Result<void>> dispatch(std::string, std::string, Deadline) override { co_return Result<void>{}; }
  awaitable<Result<Agent>> agent_ready(std::string, Deadline) override { co_return Agent{}; }
  awaitable<Result<DialResult>> dial(Dial) override { co_return DialResult{}; }
  awaitable<Result<void>> check(Deadline) override { co_return Result<void>{}; }
  awaitable<Result<Occupancy>> occupancy(std::string) override { co_return present; }
  awaitable<Result<void>> delete_room(std::string room) override {
    deleted.push_back(std::move(room));
    co_return on_delete;
  }
};

struct SweeperTest : testing::Test {
  asio::io_context io{1};
  MemoryStore store;
  Rooms rooms;
  Sweeper sweeper{store, rooms, {}};

  /// One call, in this state for so long.
  void call(State state, milliseconds age) {
    Call call{.call_id = "call_1", .state = state, .room = "room_1"};
    call.entered_ms[static_cast<std::size_t>(state)] = kNow - age.count();
    store.calls["call_1"] = call;
  }
  const Call& swept(int times = 1) {
    for (int i = 0; i < times; ++i) test::run_on(io, sweeper.sweep(kNow));
    return store.calls.at("call_1");
  }
};

TEST_F(SweeperTest, ACallThatIsBeingPlacedIsLeftAlone) {
  for (const auto state : {State::kQueued, State::kDispatching, State::kReady, State::kDialing, State::kRinging}) {
    call(state, 4min);
    EXPECT_EQ(swept(3).state, state);
  }
  EXPECT_THAT(rooms.deleted, IsEmpty());
}

TEST_F(SweeperTest, ACallWhosePlacingDiedBeforeTheDialIsEnded) {
  for (const auto state : {State::kQueued, State::kDispatching, State::kReady}) {
    call(state, 6min);
    EXPECT_EQ(swept().outcome, Outcome::kAgentFailed);
  }
}

TEST_F(SweeperTest, ADialWhoseEndNobodySawMayHaveRung) {
  for (const auto state : {State::kDialing, State::kRinging}) {
    call(state, 6min);
    EXPECT_EQ(swept().outcome, Outcome::kDropped);
    EXPECT_THAT(rooms.deleted, ElementsAre("room_1"));
    rooms.deleted.clear();
  }
}

TEST_F(SweeperTest, ACalleeWhoIsAloneAtTwoLooksIsHungUp) {
  call(State::kActive, 2min);
  rooms.present = Telephony::Occupancy{.callee = true};
  EXPECT_EQ(swept().state, State::kActive) << "the agent's connection may just be restored";
  EXPECT_EQ(swept().outcome, Outcome::kAgentFailed);
  EXPECT_THAT(rooms.deleted, ElementsAre("room_1"));
}

TEST_F(SweeperTest, WhoHasAnAgentOrIsInNoRoomOfOursIsLeftAlone) {
  for (const auto present : {Telephony::Occupancy{.callee = true, .agent = true}, Telephony::Occupancy{.agent = true},
                             Telephony::Occupancy{}}) {
    call(State::kActive, 2h);
    rooms.present = present;
    EXPECT_EQ(swept(3).state, State::kActive);
  }
  rooms.present = fail(Errc::kUnavailable, "LiveKit cannot be reached");
  EXPECT_EQ(swept(3).state, State::kActive);
  EXPECT_THAT(rooms.deleted, IsEmpty());
}

TEST_F(SweeperTest, AnAgentThatComesBackInBetweenHasItsCall) {
  call(State::kActive, 2min);
  for (int i = 0; i < 3; ++i) {
    rooms.present = Telephony::Occupancy{.callee = true};
    swept();
    rooms.present = Telephony::Occupancy{.callee = true, .agent = true};
    EXPECT_EQ(swept().state, State::kActive);
  }
}

TEST_F(SweeperTest, NoConversationLastsForADayAndNoReportTakesFiveMinutes) {
  call(State::kActive, 26h);
  EXPECT_EQ(swept().outcome, Outcome::kAgentFailed);
  call(State::kEnding, 4min);
  EXPECT_EQ(swept().state, State::kEnding);
  call(State::kEnding, 6min);
  EXPECT_EQ(swept().outcome, Outcome::kAgentFailed);
}

TEST_F(SweeperTest, WhileNobodyCanBeHungUpTheRecordStaysOpen) {
  call(State::kDialing, 6min);
  rooms.on_delete = fail(Errc::kUnavailable, "LiveKit cannot be reached");
  EXPECT_EQ(swept().state, State::kDialing);
  rooms.on_delete = {};
  EXPECT_EQ(swept().state, State::kEnded);
}

}  // namespace
}  // namespace call_agent::calls
