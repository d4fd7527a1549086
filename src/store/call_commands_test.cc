#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "store/call_log.h"
#include "store/test_folder.h"

namespace call_agent::store {
namespace {

using calls::Call;
using calls::Command;
using calls::CommandResult;
using testing::ElementsAre;
using testing::IsEmpty;

struct CallCommandsTest : testing::Test {
  TestFolder folder;
  std::filesystem::path path = folder.path / "calls.db";
  CallLog log = std::move(*CallLog::open(path));

  void insert(const std::string& id, const std::string& owner = "", const std::string& key = "") {
    ASSERT_TRUE(log.insert(call_of(id, owner, key)));
  }
  static Call call_of(const std::string& id, const std::string& owner, const std::string& key) {
    Call call;
    call.call_id = id;
    call.owner = owner;
    call.idempotency_key = key;
    call.room = id;
    call.phone_number = "+442079460123";
    return call;
  }
  std::int64_t send(const std::string& id, const std::string& text) {
    const auto seq = log.send({.call_id = id, .kind = Command::Kind::kInstruction, .text = text});
    EXPECT_TRUE(seq) << seq.error().what;
    return seq.value_or(0);
  }
  static std::vector<std::string> texts(const Result<std::vector<Command>>& commands) {
    std::vector<std::string> all;
    EXPECT_TRUE(commands) << commands.error().what;
    for (const auto& command : *commands) all.push_back(command.text);
    return all;
  }
  std::vector<std::string> event_kinds(const std::string& id) {
    std::vector<std::string> kinds;
    for (const auto& event : *log.events(id, 0)) kinds.push_back(event.kind);
    return kinds;
  }
};

TEST_F(CallCommandsTest, AreTakenInOrderOnceAndOnlyForTheCallsAskedFor) {
  for (const auto* id : {"call_1", "call_2", "call_3"}) insert(id);
  send("call_1", "first");
  send("call_3", "another worker's");
  send("call_2", "second");
  send("call_1", "third");
  auto worker = std::move(*CallLog::open(path));
  EXPECT_THAT(texts(worker.take_commands({"call_1", "call_2"})), ElementsAre("first", "second", "third"));
  EXPECT_THAT(texts(worker.take_commands({"call_1", "call_2"})), IsEmpty());
  EXPECT_THAT(texts(log.take_commands({"call_3"})), ElementsAre("another worker's"));
}

TEST_F(CallCommandsTest, KeepEverythingTheyWereSentWith) {
  insert("call_1");
  const auto seq =
      log.send({.call_id = "call_1", .kind = Command::Kind::kAnswer, .text = "eight", .question_id = "q1"});
  const auto taken = log.take_commands({"call_1"});
  ASSERT_EQ(taken->size(), 1U);
  EXPECT_EQ(taken->front().seq, *seq);
  EXPECT_EQ(taken->front().kind, Command::Kind::kAnswer);
  EXPECT_EQ(taken->front().question_id, "q1");
}

TEST_F(CallCommandsTest, TheSenderSeesThemTakenAndSettled) {
  insert("call_1");
  const auto seq = send("call_1", "x");
  EXPECT_FALSE(log.command_status(seq)->taken);
  auto worker = std::move(*CallLog::open(path));
  ASSERT_TRUE(worker.take_commands({"call_1"}));
  EXPECT_TRUE(log.command_status(seq)->taken);
  EXPECT_FALSE(log.command_status(seq)->result);
  ASSERT_TRUE(worker.settle_command(seq, {.fate = CommandResult::Fate::kUnknown, .detail = "no word"}));
  const auto status = log.command_status(seq);
  ASSERT_TRUE(status->result);
  EXPECT_EQ(status->result->fate, CommandResult::Fate::kUnknown);
  EXPECT_EQ(status->result->detail, "no word");
  EXPECT_EQ(worker.settle_command(seq, {}).error().code, Errc::kConflict) << "the first result stands";
  EXPECT_THAT(event_kinds("call_1"), ElementsAre("state", "command", "command_result"));
  EXPECT_EQ(log.command_status(99).error().code, Errc::kNotFound);
}

TEST_F(CallCommandsTest, ACallThatEndsRefusesWhatNobodyTookAndTakesNoMore) {
  insert("call_1");
  const auto seq = send("call_1", "too late");
  ASSERT_TRUE(log.end("call_1", calls::Outcome::kCompleted, "", std::nullopt));
  const auto status = log.command_status(seq);
  ASSERT_TRUE(status->result);
  EXPECT_EQ(status->result->fate, CommandResult::Fate::kFailed);
  EXPECT_THAT(texts(log.take_commands({"call_1"})), IsEmpty());
  EXPECT_EQ(log.send({.call_id = "call_1", .text = "x"}).error().code, Errc::kConflict);
  EXPECT_EQ(log.send({.call_id = "call_9", .text = "x"}).error().code, Errc::kNotFound);
}

TEST_F(CallCommandsTest, AnAgentThatTakesNothingIsNotBuriedInCommands) {
  insert("call_1");
  for (int i = 0; i < calls::kMostCommands; ++i) send("call_1", "x");
  EXPECT_EQ(log.send({.call_id = "call_1", .text = "x"}).error().code, Errc::kOverloaded);
  EXPECT_EQ(log.take_commands({"call_1"})->size(), static_cast<std::size_t>(calls::kMostCommands));
  EXPECT_TRUE(log.send({.call_id = "call_1", .text = "x"}));
}

// The server sends while two workers' processes take: each command reaches exactly one of them, in order.
TEST_F(CallCommandsTest, OfTwoProcessesThatTakeEachCommandGoesToOne) {
  constexpr int kCommands = 60;
  insert("call_1");
  int pipes[2];
  ASSERT_EQ(pipe(pipes), 0);
  std::vector<pid_t> children;
  for (int i = 0; i < 2; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      auto mine = CallLog::open(path);
      std::int64_t last = 0;
      while (mine) {
        const auto taken = mine->take_commands({"call_1"});
        if (!taken) _exit(1);
        for (const auto& command : *taken) {
          if (command.text == "stop") _exit(0);
          if (command.seq <= last) _exit(2);
          last = command.seq;
          const auto number = static_cast<unsigned char>(std::stoi(command.text));
          if (write(pipes[1], &number, 1) != 1) _exit(3);
        }
      }
      _exit(4);
    }
    children.push_back(child);
  }
  for (int i = 0; i < kCommands; ++i) {
    while (!log.send({.call_id = "call_1", .text = std::to_string(i)})) continue;
  }
  std::multiset<int> seen;
  unsigned char number = 0;
  while (seen.size() < kCommands && read(pipes[0], &number, 1) == 1) seen.insert(number);
  for (std::size_t i = 0; i < children.size(); ++i) {
    send("call_1", "stop");
    int status = 0;
    ASSERT_EQ(waitpid(-1, &status, 0) > 0, true);
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
  for (int i = 0; i < kCommands; ++i) EXPECT_EQ(seen.count(i), 1U) << i;
}

TEST_F(CallCommandsTest, AQuestionIsOpenUntilItIsClosedOrTheCallEnds) {
  insert("call_1");
  const calls::Question question{
      .id = "question_1", .text = "Eight or nine?", .choices = {"8", "9"}, .asked_ms = 5, .expires_ms = 60'005};
  ASSERT_TRUE(log.ask("call_1", question));
  const auto call = log.get("call_1");
  ASSERT_TRUE(call->question);
  EXPECT_EQ(call->question->text, "Eight or nine?");
  EXPECT_THAT(call->question->choices, ElementsAre("8", "9"));
  EXPECT_EQ(call->question->expires_ms, 60'005);
  ASSERT_TRUE(log.close_question("call_1", "question_7", "answered"));
  EXPECT_TRUE(log.get("call_1")->question) << "another one's end is not this one's";
  ASSERT_TRUE(log.close_question("call_1", "question_1", "answered"));
  EXPECT_FALSE(log.get("call_1")->question);
  EXPECT_THAT(event_kinds("call_1"), ElementsAre("state", "question", "question_closed"));

  ASSERT_TRUE(log.ask("call_1", question));
  ASSERT_TRUE(log.end("call_1", calls::Outcome::kCompleted, "", std::nullopt));
  EXPECT_FALSE(log.get("call_1")->question);
  EXPECT_EQ(log.ask("call_1", question).error().code, Errc::kConflict);
}

TEST_F(CallCommandsTest, AnOwnersKeysAndCallsAreItsOwn) {
  insert("call_1", "ada", "key");
  insert("call_2", "bob", "key");
  insert("call_3", "", "key");
  EXPECT_EQ(log.get("call_1")->owner, "ada");
  EXPECT_EQ(log.get("call_1")->idempotency_key, "key");
  EXPECT_EQ(log.get("call_3")->idempotency_key, "key");
  const auto again = log.insert(call_of("call_4", "bob", "key"));
  EXPECT_TRUE(again->existing);
  EXPECT_EQ(again->call.call_id, "call_2");
  ASSERT_EQ(log.list({.owner = "bob"})->size(), 1U);
  EXPECT_EQ(log.list({.owner = "bob"})->front().call_id, "call_2");
  EXPECT_EQ(log.list({.owner = ""})->front().call_id, "call_3");
  EXPECT_EQ(log.list({})->size(), 3U);
}

}  // namespace
}  // namespace call_agent::store
