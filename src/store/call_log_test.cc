#include "store/call_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "store/test_call.h"
#include "store/test_folder.h"

namespace call_agent::store {
namespace {

using calls::Outcome;
using calls::State;
using calls::Turn;
using testing::ElementsAre;
using testing::HasSubstr;

struct CallLogTest : testing::Test {
  TestFolder folder;
  std::filesystem::path path = folder.path / "new" / "folders" / "calls.db";
  CallLog log = open();

  CallLog open() const {
    auto opened = CallLog::open(path);
    if (!opened) throw std::runtime_error(opened.error().what);
    return std::move(*opened);
  }
};

Turn a_turn(std::string text, std::int64_t start) {
  Turn turn;
  turn.text = std::move(text);
  turn.start_ms = start;
  turn.end_ms = start + 500;
  return turn;
}

std::vector<std::string> kinds(const std::vector<calls::Event>& events) {
  std::vector<std::string> names;
  names.reserve(events.size());
  for (const auto& event : events) {
    names.push_back(event.kind == "state" ? event.data["state"].get<std::string>() : event.kind);
  }
  return names;
}

TEST_F(CallLogTest, KeepsEverythingOfACall) {
  ASSERT_TRUE(log.insert(a_call("call_1", "key")));
  ASSERT_TRUE(log.advance("call_1", State::kDispatching));
  ASSERT_TRUE(log.advance("call_1", State::kActive));
  ASSERT_TRUE(log.append_turn("call_1", a_turn("hello", 0)));
  ASSERT_TRUE(log.append_turn("call_1", a_turn("bye", 900)));
  calls::CallStore::Report report;
  report.summary = "Booked.";
  report.answers.push_back({.field = "time", .value = "20:00", .quote = "at eight", .turn = 1, .offset_ms = 900});
  report.commitments = {"a table at eight"};
  report.metrics = {{"interruptions", 0}};
  report.recording = "/tmp/x.wav";
  ASSERT_TRUE(log.set_report("call_1", report));
  ASSERT_TRUE(log.end("call_1", Outcome::kCompleted, "they hung up", std::nullopt));

  auto other = open();
  const auto call = other.get("call_1");
  ASSERT_TRUE(call) << call.error().what;
  EXPECT_EQ(call->idempotency_key, "key");
  EXPECT_EQ(call->objective, "Book a table");
  EXPECT_EQ(call->request["language"], "en");
  EXPECT_EQ(call->state, State::kEnded);
  EXPECT_EQ(call->outcome, Outcome::kCompleted);
  EXPECT_EQ(call->outcome_detail, "they hung up");
  EXPECT_FALSE(call->sip_status);
  ASSERT_EQ(call->transcript.size(), 2U);
  EXPECT_EQ(call->transcript[1].text, "bye");
  EXPECT_EQ(call->summary, "Booked.");
  ASSERT_EQ(call->answers.size(), 1U);
  EXPECT_EQ(call->answers[0].value, "20:00");
  EXPECT_THAT(call->commitments, ElementsAre("a table at eight"));
  EXPECT_EQ(call->recording, "/tmp/x.wav");
  EXPECT_GT(call->created_ms, 0);
  EXPECT_GT(call->entered_ms[static_cast<int>(State::kActive)], 0);
  EXPECT_EQ(call->entered_ms[static_cast<int>(State::kReady)], 0);
}

TEST_F(CallLogTest, EventsAreTheWholeStoryInOrder) {
  ASSERT_TRUE(log.insert(a_call("call_1")));
  ASSERT_TRUE(log.insert(a_call("call_2")));
  ASSERT_TRUE(log.advance("call_1", State::kDialing));
  ASSERT_TRUE(log.append_note("call_1", Json{{"text", "ringing"}}));
  ASSERT_TRUE(log.append_turn("call_1", a_turn("hello", 0)));
  ASSERT_TRUE(log.end("call_1", Outcome::kBusy, "busy (SIP 486)", 486));
  const auto all = log.events("call_1", 0);
  ASSERT_TRUE(all);
  EXPECT_THAT(kinds(*all), ElementsAre("queued", "dialing", "note", "turn", "ended"));
  EXPECT_EQ(all->back().data["outcome"], "busy");
  EXPECT_EQ(all->back().data["sip_status"], 486);
  const auto later = log.events("call_1", (*all)[2].seq);
  EXPECT_THAT(kinds(*later), ElementsAre("turn", "ended"));
  EXPECT_TRUE(log.events("call_1", all->back().seq)->empty());
  EXPECT_EQ(log.events("call_9", 0).error().code, Errc::kNotFound);
}

TEST_F(CallLogTest, ACallOnlyMovesForwardAndEachMoveHasOneWinner) {
  ASSERT_TRUE(log.insert(a_call("call_1")));
  ASSERT_TRUE(log.advance("call_1", State::kDialing));
  EXPECT_EQ(log.advance("call_1", State::kDialing).error().code, Errc::kConflict) << "a redelivered job";
  EXPECT_EQ(log.advance("call_1", State::kReady).error().code, Errc::kConflict);
  EXPECT_EQ(log.advance("call_1", State::kEnded).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(log.advance("call_9", State::kReady).error().code, Errc::kNotFound);
  EXPECT_EQ(kinds(*log.events("call_1", 0)).size(), 2U) << "what did not happen leaves no event";
}

TEST_F(CallLogTest, TheFirstOutcomeStands) {
  ASSERT_TRUE(log.insert(a_call("call_1")));
  ASSERT_TRUE(log.end("call_1", Outcome::kBusy, "busy", 486));
  EXPECT_EQ(log.end("call_1", Outcome::kDropped, "lost", std::nullopt).error().code, Errc::kConflict);
  EXPECT_EQ(log.advance("call_1", State::kActive).error().code, Errc::kConflict);
  EXPECT_EQ(log.get("call_1")->outcome, Outcome::kBusy);
  EXPECT_EQ(log.end("call_9", Outcome::kBusy, "", std::nullopt).error().code, Errc::kNotFound);
}

TEST_F(CallLogTest, WhatIsSaidOfACallThatEndedIsStillKept) {
  ASSERT_TRUE(log.insert(a_call("call_1")));
  ASSERT_TRUE(log.end("call_1", Outcome::kDropped, "", std::nullopt));
  EXPECT_TRUE(log.append_turn("call_1", a_turn("last words", 0)));
  EXPECT_EQ(log.append_turn("call_9", a_turn("x", 0)).error().code, Errc::kNotFound);
  EXPECT_EQ(log.append_note("call_9", Json()).error().code, Errc::kNotFound);
  EXPECT_EQ(log.set_report("call_9", {}).error().code, Errc::kNotFound);
}

TEST_F(CallLogTest, AKnownKeyIsTheEarlierCall) {
  const auto first = log.insert(a_call("call_1", "key"));
  const auto second = log.insert(a_call("call_2", "key"));
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(first->existing);
  EXPECT_TRUE(second->existing);
  EXPECT_EQ(second->call.call_id, "call_1");
  EXPECT_EQ(log.get("call_2").error().code, Errc::kNotFound);

  auto other_number = a_call("call_3", "key");
  other_number.phone_number = "+442079460124";
  EXPECT_EQ(log.insert(std::move(other_number)).error().code, Errc::kConflict);
  EXPECT_EQ(log.insert(a_call("call_1")).error().code, Errc::kConflict);
  EXPECT_TRUE(log.insert(a_call("call_4")));
  EXPECT_TRUE(log.insert(a_call("call_5"))) << "no key is no key in common";
}

TEST_F(CallLogTest, HostileTextComesBackAsItWent) {
  const std::string hostile("'; DROP TABLE calls; --\0\n\xff\xfe\xed\xa0\x80", 29);
  auto call = a_call("call_1", hostile);
  call.objective = hostile;
  call.request = {{"context", hostile}};
  ASSERT_TRUE(log.insert(call));
  EXPECT_TRUE(log.insert(a_call("call_2", hostile))->existing);
  ASSERT_TRUE(log.append_turn("call_1", a_turn(hostile, 0)));
  ASSERT_TRUE(log.end("call_1", Outcome::kDropped, hostile, std::nullopt));
  const auto got = log.get("call_1");
  ASSERT_TRUE(got) << got.error().what;
  EXPECT_EQ(got->objective, hostile);
  EXPECT_EQ(got->outcome_detail, hostile);
  // JSON is UTF-8: what is not becomes the replacement character.
  EXPECT_THAT(got->transcript.at(0).text,
              testing::StartsWith(std::string("'; DROP TABLE calls; --\0\n\xef\xbf\xbd", 28)));
  EXPECT_EQ(log.get(hostile).error().code, Errc::kNotFound);
}

TEST_F(CallLogTest, ListsTheNewestFirstAndFilters) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(log.insert(a_call("call_" + std::to_string(i))));
  auto other = a_call("call_5");
  other.phone_number = "+14155550123";
  ASSERT_TRUE(log.insert(std::move(other)));
  ASSERT_TRUE(log.end("call_1", Outcome::kBusy, "", 486));
  ASSERT_TRUE(log.advance("call_2", State::kActive));

  const auto ids = [&](const calls::CallStore::Query& query) {
    std::vector<std::string> found;
    for (const auto& call : *log.list(query)) found.push_back(call.call_id);
    return found;
  };
  EXPECT_THAT(ids({}), ElementsAre("call_5", "call_4", "call_3", "call_2", "call_1", "call_0"));
  EXPECT_THAT(ids({.state = {}, .outcome = {}, .phone_number = "", .limit = 2}), ElementsAre("call_5", "call_4"));
  EXPECT_THAT(ids({.state = State::kActive, .outcome = {}, .phone_number = ""}), ElementsAre("call_2"));
  EXPECT_THAT(ids({.state = {}, .outcome = Outcome::kBusy, .phone_number = ""}), ElementsAre("call_1"));
  EXPECT_THAT(ids({.state = {}, .outcome = {}, .phone_number = "+14155550123"}), ElementsAre("call_5"));
  EXPECT_EQ(ids({.state = {}, .outcome = {}, .phone_number = "", .limit = -7}).size(), 1U);
}

TEST_F(CallLogTest, TheFileIsItsOwnersOnly) {
  struct stat info{};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  ASSERT_EQ(stat(path.parent_path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
}

struct BadFile : testing::Test {
  TestFolder folder;
  std::filesystem::path path = folder.path / "calls.db";
};

TEST_F(BadFile, ADamagedFileIsNamed) {
  std::ofstream(path) << std::string(8192, 'x');
  const auto log = CallLog::open(path);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, Errc::kInternal);
  EXPECT_THAT(log.error().what, HasSubstr(path.string()));
  EXPECT_THAT(log.error().what, HasSubstr("move it away"));
}

TEST_F(BadFile, ALogOfANewerVersionIsLeftAlone) {
  ASSERT_TRUE(CallLog::open(path));
  ASSERT_TRUE((*Database::open(path))->execute("PRAGMA user_version=99"));
  const auto log = CallLog::open(path);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, Errc::kConflict);
  EXPECT_THAT(log.error().what, HasSubstr("schema 99"));
}

TEST_F(BadFile, ADatabaseOfAnotherProgramIsLeftAlone) {
  ASSERT_TRUE((*Database::open(path))->execute("CREATE TABLE recipes (name TEXT)"));
  const auto log = CallLog::open(path);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, Errc::kConflict);
}

TEST_F(BadFile, APathThatCannotBeIsSaid) {
  EXPECT_EQ(CallLog::open(folder.path).error().code, Errc::kPermission) << "a folder";
  std::ofstream(folder.path / "file") << "x";
  EXPECT_EQ(CallLog::open(folder.path / "file" / "calls.db").error().code, Errc::kPermission);
}

TEST_F(BadFile, AWriterElsewhereIsWaitedFor) {
  auto log = CallLog::open(path);
  ASSERT_TRUE(log);
  auto other = Database::open(path);
  auto holding = Transaction::begin(**other);
  ASSERT_TRUE(holding);
  std::thread waiter([&] { EXPECT_TRUE(log->insert(a_call("call_1"))); });
  ASSERT_TRUE(holding->commit());
  waiter.join();
  EXPECT_TRUE(log->get("call_1"));
}

TEST_F(BadFile, EventsCannotBeRewritten) {
  auto log = CallLog::open(path);
  ASSERT_TRUE(log->insert(a_call("call_1")));
  auto database = Database::open(path);
  EXPECT_FALSE((*database)->execute("UPDATE events SET kind = 'note'"));
  EXPECT_FALSE((*database)->execute("DELETE FROM events"));
}

}  // namespace
}  // namespace call_agent::store
