#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <set>
#include <thread>

#include "core/task_group.h"
#include "core/test_run.h"
#include "store/call_store.h"
#include "store/test_call.h"
#include "store/test_folder.h"

// One log, several users at once: threads, processes, coroutines, and one that is killed.
namespace call_agent::store {
namespace {

using calls::Outcome;
using calls::State;
using calls::Turn;

Turn numbered_turn(int number) {
  Turn turn;
  turn.text = "turn " + std::to_string(number);
  return turn;
}

/// Runs `work` in a process of its own, which shares nothing with us but the file. Exit status 0 if it returned true.
template <class Work>
pid_t fork_and(Work work) {
  const pid_t child = fork();
  if (child == 0) _exit(work() ? 0 : 1);
  return child;
}

bool succeeded(pid_t child) {
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

struct SharedLog : testing::Test {
  TestFolder folder;
  std::filesystem::path path = folder.path / "calls.db";
};

TEST_F(SharedLog, OfManyWhoAdvanceOneCallExactlyOneWins) {
  constexpr int kCalls = 50;
  {
    auto log = CallLog::open(path);
    for (int i = 0; i < kCalls; ++i) ASSERT_TRUE(log->insert(a_call("call_" + std::to_string(i))));
  }
  std::atomic<int> wins = 0;
  std::atomic<int> conflicts = 0;
  std::vector<std::thread> racers;
  racers.reserve(4);
  for (int racer = 0; racer < 4; ++racer) {
    racers.emplace_back([&] {
      auto log = CallLog::open(path);
      ASSERT_TRUE(log);
      for (int i = 0; i < kCalls; ++i) {
        const auto moved = log->advance("call_" + std::to_string(i), State::kDialing);
        if (moved) ++wins;
        if (!moved && moved.error().code == Errc::kConflict) ++conflicts;
      }
    });
  }
  for (auto& racer : racers) racer.join();
  EXPECT_EQ(wins, kCalls);
  EXPECT_EQ(conflicts, 3 * kCalls);
}

TEST_F(SharedLog, OfManyProcessesThatInsertOneKeyOnlyOneMayDial) {
  std::vector<pid_t> children;
  children.reserve(4);
  for (int i = 0; i < 4; ++i) {
    // They open a log that does not exist yet, all at once.
    children.push_back(fork_and([&, i] {
      auto log = CallLog::open(path);
      if (!log) return false;
      const auto inserted = log->insert(a_call("call_" + std::to_string(i), "one intent"));
      return inserted && !inserted->existing;
    }));
  }
  int dialers = 0;
  for (const auto child : children) dialers += succeeded(child) ? 1 : 0;
  EXPECT_EQ(dialers, 1);
  auto log = CallLog::open(path);
  EXPECT_EQ(log->list({})->size(), 1U);
}

TEST_F(SharedLog, ServerAndWorkerWriteAtOnceAndNothingIsLost) {
  constexpr int kTurns = 100;
  ASSERT_TRUE(CallLog::open(path)->insert(a_call("call_1")));
  std::vector<pid_t> children;
  children.reserve(3);
  for (int i = 0; i < 3; ++i) {
    children.push_back(fork_and([&, i] {
      auto log = CallLog::open(path);
      for (int n = 0; n < kTurns; ++n) {
        if (!log || !log->append_turn("call_1", numbered_turn(1000 * i + n))) return false;
      }
      return true;
    }));
  }
  for (const auto child : children) EXPECT_TRUE(succeeded(child));
  const auto call = CallLog::open(path)->get("call_1");
  std::set<std::string> texts;
  for (const auto& turn : call->transcript) texts.insert(turn.text);
  EXPECT_EQ(texts.size(), 3U * kTurns);
}

TEST_F(SharedLog, EverythingAcknowledgedSurvivesAKill) {
  ASSERT_TRUE(CallLog::open(path)->insert(a_call("call_1")));
  int acknowledged[2];
  ASSERT_EQ(pipe(acknowledged), 0);
  const pid_t child = fork_and([&] {
    auto log = CallLog::open(path);
    for (int n = 0; log; ++n) {
      if (!log->append_turn("call_1", numbered_turn(n))) return false;
      if (write(acknowledged[1], "x", 1) != 1) return false;
    }
    return false;
  });
  close(acknowledged[1]);
  char byte = 0;
  std::size_t count = 0;
  while (count < 40 && read(acknowledged[0], &byte, 1) == 1) ++count;
  ASSERT_EQ(kill(child, SIGKILL), 0);  // In the middle of whatever it is writing now.
  waitpid(child, nullptr, 0);
  while (read(acknowledged[0], &byte, 1) == 1) ++count;
  close(acknowledged[0]);

  auto log = CallLog::open(path);
  ASSERT_TRUE(log) << log.error().what;
  const auto call = log->get("call_1");
  ASSERT_TRUE(call) << call.error().what;
  ASSERT_GE(call->transcript.size(), count);
  for (std::size_t n = 0; n < call->transcript.size(); ++n) {
    EXPECT_EQ(call->transcript[n].text, "turn " + std::to_string(n));
  }
  EXPECT_TRUE(log->append_turn("call_1", numbered_turn(0)));
}

TEST_F(SharedLog, TenThousandCallsAreListedQuickly) {
  auto log = CallLog::open(path);
  ASSERT_TRUE(log);
  // Filled by SQL: ten thousand durable inserts would measure the disk.
  auto database = Database::open(path);
  ASSERT_TRUE(
      (*database)->execute("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) "
                           "INSERT INTO calls (call_id, phone_number, objective, request, room, state, created_ms) "
                           "SELECT 'call_' || i, '+44' || i, '', '{}', 'call_' || i, i % 7, i FROM n"));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(log->list({.state = {}, .outcome = {}, .phone_number = "", .limit = 100})->front().call_id, "call_9999");
  EXPECT_EQ(log->list({.state = State::kActive, .outcome = {}, .phone_number = ""})->size(), 20U);
  EXPECT_EQ(log->list({.state = {}, .outcome = {}, .phone_number = "+4477"})->size(), 1U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
  EXPECT_EQ(log->list({.state = {}, .outcome = {}, .phone_number = "", .limit = 1'000'000})->size(), 10'000U);
}

awaitable<void> one_call(calls::CallStore& store, int number, int& kept) {
  const std::string id = "call_" + std::to_string(number);
  const auto inserted = co_await store.insert(a_call(id));
  const auto moved = co_await store.advance(id, State::kActive);
  const auto turn = co_await store.append_turn(id, numbered_turn(0));
  const auto note = co_await store.append_note(id, Json("a note"));
  const auto report = co_await store.set_report(id, {});
  const auto ended = co_await store.end(id, Outcome::kCompleted, "", std::nullopt);
  EXPECT_TRUE(inserted && moved && turn && note && report && ended);
  const auto call = co_await store.get(id);
  const auto events = co_await store.events(id, 0);
  if (call && call->outcome == Outcome::kCompleted && events && events->size() == 6) ++kept;
}

TEST_F(SharedLog, SessionsShareTheStoreThroughItsLane) {
  auto store = SqliteCallStore::open(path);
  ASSERT_TRUE(store) << store.error().what;
  asio::io_context io(1);
  TaskGroup sessions(io.get_executor());
  int kept = 0;
  for (int i = 0; i < 16; ++i) sessions.spawn(one_call(**store, i, kept));
  io.run();
  EXPECT_EQ(kept, 16);
  EXPECT_EQ(test::run((*store)->list({}))->size(), 16U);
}

TEST_F(SharedLog, WorkAcceptedIsDoneEvenForACallerThatIsCancelled) {
  auto store = SqliteCallStore::open(path);
  asio::io_context io(1);
  TaskGroup sessions(io.get_executor());
  int kept = 0;
  sessions.spawn(one_call(**store, 1, kept));
  io.poll_one();
  sessions.cancel();
  io.restart();
  io.run();
  EXPECT_EQ(kept, 0);
  EXPECT_TRUE(test::run((*store)->get("call_1")));
}

}  // namespace
}  // namespace call_agent::store
