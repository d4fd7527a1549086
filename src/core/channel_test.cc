#include "core/channel.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/task_group.h"
#include "core/test_run.h"

namespace call_agent {
namespace {

using namespace std::chrono_literals;

awaitable<void> drain(Channel<int>& channel, std::vector<int>& into) {
  while (auto item = co_await channel.pop()) into.push_back(*item);
}

awaitable<void> wait_once(Notifier& event, Deadline deadline, int& wakes) {
  co_await event.wait(deadline);
  ++wakes;
}

struct ChannelTest : testing::Test {
  asio::io_context io{1};
};
using NotifierTest = ChannelTest;

TEST_F(ChannelTest, DeliversInOrderAndEndsWhenClosedAndDrained) {
  Channel<int> channel(io.get_executor(), 8, Overflow::kReject);
  std::vector<int> got;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(channel.push(i));
  channel.close();
  EXPECT_FALSE(channel.push(9));
  test::run_on(io, drain(channel, got));
  EXPECT_EQ(got, (std::vector{0, 1, 2}));
}

TEST_F(ChannelTest, WakesAConsumerThatIsAlreadyWaiting) {
  Channel<int> channel(io.get_executor(), 8, Overflow::kReject);
  std::vector<int> got;
  TaskGroup tasks(io.get_executor());
  tasks.spawn(drain(channel, got));
  io.poll();
  channel.push(1);
  channel.push(2);
  io.poll();
  EXPECT_EQ(got, (std::vector{1, 2}));
  channel.close();
  io.run();
  EXPECT_EQ(tasks.size(), 0U);
}

TEST_F(ChannelTest, WhenFullDropsTheOldestOrRefusesAndCounts) {
  Channel<int> newest(io.get_executor(), 2, Overflow::kDropOldest);
  Channel<int> first(io.get_executor(), 2, Overflow::kReject);
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(newest.push(i));
    EXPECT_EQ(first.push(i), i < 2);
  }
  EXPECT_EQ(newest.dropped(), 2U);
  EXPECT_EQ(first.dropped(), 2U);
  newest.close();
  first.close();
  std::vector<int> got;
  test::run_on(io, drain(newest, got));
  EXPECT_EQ(got, (std::vector{2, 3}));
  got.clear();
  test::run_on(io, drain(first, got));
  EXPECT_EQ(got, (std::vector{0, 1}));
}

TEST_F(ChannelTest, ACapacityOfNoneHoldsOne) {
  Channel<std::string> channel(io.get_executor(), 0, Overflow::kDropOldest);
  EXPECT_TRUE(channel.push("a"));
  EXPECT_TRUE(channel.push("b"));
  EXPECT_EQ(channel.size(), 1U);
}

TEST_F(ChannelTest, ACancelledConsumerStopsAndTakesNothing) {
  Channel<int> channel(io.get_executor(), 2, Overflow::kReject);
  std::vector<int> got;
  TaskGroup tasks(io.get_executor());
  tasks.spawn(drain(channel, got));
  io.poll();
  tasks.cancel();
  io.restart();
  io.run();
  EXPECT_EQ(tasks.size(), 0U);
  channel.push(1);
  EXPECT_EQ(channel.size(), 1U);
  EXPECT_TRUE(got.empty());
}

TEST_F(NotifierTest, WakesEveryWaiterWhateverTheirDeadlines) {
  Notifier event(io.get_executor());
  int wakes = 0;
  TaskGroup tasks(io.get_executor());
  tasks.spawn(wait_once(event, Deadline::never(), wakes));
  tasks.spawn(wait_once(event, Deadline::after(1h), wakes));
  tasks.spawn(wait_once(event, Deadline::after(2h), wakes));
  io.poll();
  EXPECT_EQ(wakes, 0) << "a wait with another deadline must not wake the others";
  event.notify();
  io.poll();
  EXPECT_EQ(wakes, 3);
}

TEST_F(NotifierTest, ReturnsAtItsOwnDeadline) {
  Notifier event(io.get_executor());
  int early = 0;
  int late = 0;
  TaskGroup tasks(io.get_executor());
  tasks.spawn(wait_once(event, Deadline::after(1ms), early));
  tasks.spawn(wait_once(event, Deadline::never(), late));
  while (early == 0) io.run_one();  // NOLINT(bugprone-infinite-loop): the task writes it.
  EXPECT_EQ(late, 0);
  event.notify();
  io.run();
  EXPECT_EQ(late, 1);
}

TEST_F(NotifierTest, ANotifyWithNobodyWaitingIsNotKept) {
  Notifier event(io.get_executor());
  event.notify();
  int wakes = 0;
  TaskGroup tasks(io.get_executor());
  tasks.spawn(wait_once(event, Deadline::never(), wakes));
  io.poll();
  EXPECT_EQ(wakes, 0);
  tasks.cancel();
  io.restart();
  io.run();
}

}  // namespace
}  // namespace call_agent
