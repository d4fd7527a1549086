#include "core/task_group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "core/clock.h"
#include "core/test_run.h"

namespace call_agent {
namespace {

using namespace std::chrono_literals;

awaitable<void> finish(int& finished) {
  ++finished;
  co_return;
}

awaitable<void> sleep_long(int& woke, int& went_on) {
  co_await sleep_for(1h);
  ++woke;
  co_await sleep_for(1h);
  ++went_on;
}

awaitable<void> fail_with_an_exception() {
  co_await sleep_for(0ms);
  throw std::runtime_error("a defect");
}

awaitable<void> clean_up(int& cleaned) {
  co_await sleep_for(1h);
  co_await asio::this_coro::reset_cancellation_state();
  co_await sleep_for(1ms);
  ++cleaned;
}

awaitable<void> spawn_another(TaskGroup& tasks, int& finished) {
  co_await sleep_for(0ms);
  tasks.spawn(finish(finished));
}

awaitable<void> cancel_own_group(TaskGroup& tasks) {
  tasks.cancel();
  co_return;
}

awaitable<void> join(TaskGroup& tasks, int& joined) {
  co_await tasks.join();
  ++joined;
}

struct TaskGroupTest : testing::Test {
  asio::io_context io{1};
  TaskGroup tasks{io.get_executor()};
  int count = 0;
  int other = 0;
};

TEST_F(TaskGroupTest, JoinsAtOnceWhenEmpty) {
  test::run_on(io, join(tasks, count));
  EXPECT_EQ(count, 1);
}

TEST_F(TaskGroupTest, JoinWaitsForMembersAndForThoseTheySpawn) {
  tasks.spawn(spawn_another(tasks, count));
  test::run_on(io, tasks.join());
  EXPECT_EQ(count, 1);
  EXPECT_EQ(tasks.size(), 0U);
}

TEST_F(TaskGroupTest, CancelEndsWaitsAndTheNextAwaitUnwinds) {
  tasks.spawn(sleep_long(count, other));
  io.poll();
  tasks.cancel();
  tasks.cancel();
  test::run_on(io, tasks.join());
  EXPECT_EQ(count, 1);
  EXPECT_EQ(other, 0);
}

TEST_F(TaskGroupTest, AMemberCancelledBeforeItStartsNeverRuns) {
  tasks.spawn(sleep_long(count, other));
  tasks.spawn(finish(count));
  tasks.cancel();
  test::run_on(io, tasks.join());
  EXPECT_EQ(count, 0);
  EXPECT_EQ(tasks.size(), 0U);
}

TEST_F(TaskGroupTest, OneMemberIsCancelledAlone) {
  const auto first = tasks.spawn(sleep_long(count, other));
  int second_woke = 0;
  tasks.spawn(sleep_long(second_woke, other));
  io.poll();
  tasks.cancel(first);
  io.poll();
  EXPECT_EQ(count, 1);
  EXPECT_EQ(second_woke, 0);
  EXPECT_EQ(tasks.size(), 1U);
  tasks.cancel(first);
  tasks.cancel();
  test::run_on(io, tasks.join());
}

TEST_F(TaskGroupTest, AMemberMayCancelItsOwnGroup) {
  tasks.spawn(cancel_own_group(tasks));
  tasks.spawn(sleep_long(count, other));
  test::run_on(io, tasks.join());
  EXPECT_EQ(tasks.size(), 0U);
}

TEST_F(TaskGroupTest, AMemberMayStillAwaitWhileItCleansUp) {
  tasks.spawn(clean_up(count));
  io.poll();
  tasks.cancel();
  test::run_on(io, tasks.join());
  EXPECT_EQ(count, 1);
}

TEST_F(TaskGroupTest, AnExceptionEndsThatTaskOnly) {
  testing::internal::CaptureStderr();
  tasks.spawn(fail_with_an_exception());
  tasks.spawn(spawn_another(tasks, count));
  test::run_on(io, tasks.join());
  EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("a defect"));
  EXPECT_EQ(count, 1);
}

TEST_F(TaskGroupTest, SeveralMayJoin) {
  TaskGroup joiners(io.get_executor());
  tasks.spawn(sleep_long(count, other));
  int joined = 0;
  joiners.spawn(join(tasks, joined));
  joiners.spawn(join(tasks, joined));
  io.poll();
  EXPECT_EQ(joined, 0);
  tasks.cancel();
  io.restart();
  io.run();
  EXPECT_EQ(joined, 2);
}

TEST_F(TaskGroupTest, CancellingTheOneThatJoinsStopsTheMembersAndStillWaitsForThem) {
  TaskGroup joiners(io.get_executor());
  tasks.spawn(clean_up(count));
  joiners.spawn(join(tasks, other));
  io.poll();
  joiners.cancel();
  io.restart();
  io.run();
  EXPECT_EQ(count, 1);
  EXPECT_EQ(other, 1);
  EXPECT_EQ(tasks.size(), 0U);
}

using TaskGroupDeathTest = TaskGroupTest;

TEST_F(TaskGroupDeathTest, DestroyingAGroupWithMembersIsADefect) {
  EXPECT_DEATH(
      {
        TaskGroup abandoned(io.get_executor());
        abandoned.spawn(sleep_long(count, other));
      },
      "destroyed with 1 members");
}

}  // namespace
}  // namespace call_agent
