#include "app/call_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/call_following.h"
#include "calls/memory_store.h"
#include "core/channel.h"
#include "core/task_group.h"
#include "core/test_run.h"

namespace call_agent::app {
namespace {

using namespace std::chrono_literals;
using calls::Outcome;
using calls::State;
using testing::HasSubstr;

class FakePlan final : public calls::NumberingPlan {
 public:
  Result<calls::CheckedNumber> check(std::string_view number) const override {
    return calls::CheckedNumber{.e164 = std::string(number), .region = "GB", .warning = ""};
  }
};

/// The callee answers unless the number ends in 486, and the agent's part of the log is written at once.
class FakeTelephony final : public calls::Telephony {
 public:
  explicit FakeTelephony(calls::MemoryStore& store) : store_(store) {}
  int at_once = 0;
  int most_at_once = 0;
  bool never_ends = false;

  awaitable<Result<void>> dispatch(std::string, std::string, Deadline) override { co_return Result<void>{}; }
  awaitable<Result<Agent>> agent_ready(std::string, Deadline) override { co_return Agent{}; }
  awaitable<Result<calls::DialResult>> dial(Dial dial) override {
    most_at_once = std::max(most_at_once, ++at_once);
    co_await sleep_for(1ms);
    --at_once;
    if (dial.phone_number.ends_with("486")) {
      co_return calls::DialResult{.answered = false, .outcome = Outcome::kBusy, .detail = "busy", .sip_status = 486};
    }
    const std::string call_id = dial.room;
    (void)co_await store_.advance(call_id, State::kActive);
    calls::Turn turn;
    turn.text = "hello from " + dial.phone_number;
    (void)co_await store_.append_turn(call_id, turn);
    if (!never_ends) {
      calls::CallStore::Report report;
      report.summary = "They said hello.";
      (void)co_await store_.set_report(call_id, report);
      (void)co_await store_.end(call_id, Outcome::kCompleted, "", std::nullopt);
    }
    co_return calls::DialResult{.answered = true, .outcome = {}, .detail = "", .sip_status = 200};
  }
  awaitable<Result<void>> delete_room(std::string) override { co_return Result<void>{}; }
  awaitable<Result<Occupancy>> occupancy(std::string) override { co_return Occupancy{}; }
  awaitable<Result<void>> check(Deadline) override { co_return Result<void>{}; }

 private:
  calls::MemoryStore& store_;
};

struct CallBatchTest : testing::Test {
  asio::io_context io{1};
  calls::MemoryStore store;
  FakeTelephony telephony{store};
  FakePlan plan;
  calls::Placer placer{store, telephony, plan, {}};
  std::string printed;

  CallBatch batch(std::string_view csv, CallBatch::Options options) {
    return {store, placer, *parse_csv_list(csv), options, [this](std::string_view line) { printed += line; }};
  }
};

TEST_F(CallBatchTest, EveryCallIsToldToItsEnd) {
  auto calls = batch("+442079460001\n+442079460486\n", {.poll = 1ms});
  test::run_on(io, calls.run());
  EXPECT_THAT(calls.results(), testing::UnorderedElementsAre(testing::Pair("completed", 1), testing::Pair("busy", 1)));
  EXPECT_FALSE(calls.succeeded());
  EXPECT_THAT(printed, HasSubstr("[1/2 +442079460001] "));
  EXPECT_THAT(printed, HasSubstr("callee: hello from +442079460001"));
  EXPECT_THAT(printed, HasSubstr("[1/2 +442079460001] summary: They said hello.\n"));
  EXPECT_THAT(printed, HasSubstr("[2/2 +442079460486] outcome: busy (busy)\n"));
}

TEST_F(CallBatchTest, KeepsToItsConcurrency) {
  std::string many;
  for (int i = 0; i < 20; ++i) many += "+4420794600" + std::to_string(10 + i) + "\n";
  auto calls = batch(many, {.concurrency = 3, .poll = 1ms});
  test::run_on(io, calls.run());
  EXPECT_EQ(telephony.most_at_once, 3);
  EXPECT_TRUE(calls.succeeded());
}

TEST_F(CallBatchTest, WithoutWaitingAnAnswerIsEnough) {
  telephony.never_ends = true;
  auto calls = batch("+442079460001\n", {.wait = false});
  test::run_on(io, calls.run());
  EXPECT_TRUE(calls.succeeded());
  EXPECT_THAT(calls.results(), testing::UnorderedElementsAre(testing::Pair("active", 1)));
}

TEST_F(CallBatchTest, ACallThatNobodyEndsIsGivenUp) {
  telephony.never_ends = true;
  auto calls = batch("+442079460001\n", {.poll = 1ms, .longest = 3ms});
  test::run_on(io, calls.run());
  EXPECT_THAT(calls.results(), testing::UnorderedElementsAre(testing::Pair("error", 1)));
}

TEST_F(CallBatchTest, CancelledItBeginsNoFurtherCall) {
  telephony.never_ends = true;
  auto calls = batch("+442079460001\n+442079460002\n", {.poll = 1ms});
  TaskGroup tasks(io.get_executor());
  tasks.spawn(calls.run());
  while (printed.find("hello") == std::string::npos) io.run_one();
  tasks.cancel();
  io.run();
  EXPECT_EQ(tasks.size(), 0U);
  EXPECT_EQ(store.calls.size(), 1U);
  EXPECT_EQ(store.calls.begin()->second.state, State::kActive) << "it goes on with its agent";
}

TEST_F(CallBatchTest, FollowingACallThatIsNotThereIsAnError) {
  const auto followed =
      test::run_on(io, follow_call(store, "call_9", 1ms, Deadline::never(), [](const calls::Event&) {}));
  EXPECT_EQ(followed.error().code, Errc::kNotFound);
}

}  // namespace
}  // namespace call_agent::app
