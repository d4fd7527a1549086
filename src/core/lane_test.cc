#include "core/lane.h"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>
#include <vector>

#include "core/task_group.h"
#include "core/test_run.h"

namespace call_agent {
namespace {

Result<std::thread::id> where() {
  return std::this_thread::get_id();
}

awaitable<void> hop(Lane& lane, int& done) {
  const auto home = std::this_thread::get_id();
  const auto seen = co_await lane.run(where);
  EXPECT_TRUE(seen);
  EXPECT_NE(*seen, home);
  EXPECT_EQ(std::this_thread::get_id(), home);
  ++done;
}

struct Append {
  std::vector<int>* into;
  int number;
  Result<void> operator()() const {
    into->push_back(number);
    return {};
  }
};

awaitable<void> append(Lane& lane, std::vector<int>& into, int number) {
  EXPECT_TRUE(co_await lane.run(Append(&into, number)));
}

/// Holds its lane until the test lets go.
struct Hold {
  std::shared_future<void> release;
  Result<int> operator()() const {
    release.wait();
    return 1;
  }
};

awaitable<void> hold(Lane& lane, std::shared_future<void> release, std::vector<Result<int>>& results) {
  Hold work{std::move(release)};
  results.push_back(co_await lane.run(std::move(work)));
}

struct Refuse {
  Result<std::string> operator()() const { return fail(Errc::kUnavailable, "down"); }
};

TEST(Lane, WorksElsewhereAndResumesAtHome) {
  Lane lane(2, 8);
  asio::io_context io(1);
  TaskGroup tasks(io.get_executor());
  int done = 0;
  for (int i = 0; i < 4; ++i) tasks.spawn(hop(lane, done));
  io.run();
  EXPECT_EQ(done, 4);
}

TEST(Lane, OneThreadKeepsTheOrder) {
  Lane lane(1, 100);
  asio::io_context io(1);
  TaskGroup tasks(io.get_executor());
  std::vector<int> got;
  for (int i = 0; i < 100; ++i) tasks.spawn(append(lane, got, i));
  io.run();
  ASSERT_EQ(got.size(), 100U);
  EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
}

TEST(Lane, RefusesAtOnceWhenFullAndTakesWorkAgainLater) {
  Lane lane(1, 2);
  asio::io_context io(1);
  TaskGroup tasks(io.get_executor());
  std::promise<void> release;
  const auto released = release.get_future().share();
  std::vector<Result<int>> results;
  for (int i = 0; i < 4; ++i) tasks.spawn(hold(lane, released, results));
  while (results.size() < 2) io.run_one();
  for (const auto& result : results) EXPECT_EQ(result.error().code, Errc::kOverloaded);
  release.set_value();
  io.run();
  EXPECT_EQ(results.size(), 4U);
  EXPECT_TRUE(results[2] && results[3]);
  io.restart();
  tasks.spawn(hold(lane, released, results));
  io.run();
  EXPECT_TRUE(results.back());
}

TEST(Lane, PassesErrorsOn) {
  Lane lane(1, 1);
  const auto result = test::run(lane.run(Refuse{}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().what, "down");
}

TEST(Lane, ACancelledCallerStillWaitsForItsWork) {
  Lane lane(1, 2);
  asio::io_context io(1);
  TaskGroup tasks(io.get_executor());
  std::promise<void> release;
  std::vector<Result<int>> results;
  tasks.spawn(hold(lane, release.get_future().share(), results));
  io.poll();
  tasks.cancel();
  io.poll();
  EXPECT_EQ(tasks.size(), 1U) << "the work refers to what its caller owns";
  release.set_value();
  io.run();
  EXPECT_EQ(tasks.size(), 0U);
}

}  // namespace
}  // namespace call_agent
