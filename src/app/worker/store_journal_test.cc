#include "app/worker/store_journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calls/memory_store.h"
#include "core/test_run.h"

namespace call_agent::app {
namespace {

using testing::ElementsAre;

class StoreJournalTest : public testing::Test {
 protected:
  StoreJournalTest() : journal_(io_.get_executor(), store_, "call_1") { store_.calls["call_1"].call_id = "call_1"; }

  void say(const std::string& text) { journal_.on_turn({.role = agent::Role::kCallee, .text = text}); }
  // Refuses every turn until `attempts` have been made.
  void break_log_for(int attempts) {
    store_.broken = {"turn"};
    store_.before["turn"] = [this, attempts] {
      if (++attempts_ > attempts) store_.broken.clear();
    };
  }
  void finish(milliseconds patience) { test::run_on(io_, journal_.finish(patience)); }
  std::vector<std::string> logged() {
    std::vector<std::string> texts;
    for (const auto& turn : store_.calls["call_1"].transcript) texts.push_back(turn.text);
    return texts;
  }

  asio::io_context io_;
  calls::MemoryStore store_;
  int attempts_ = 0;
  StoreJournal journal_;
};

TEST_F(StoreJournalTest, WhatTheLogRefusesForAWhileIsAppendedInOrderLater) {
  break_log_for(2);
  say("Good evening.");
  say("How can I help you?");
  finish(milliseconds{5000});
  EXPECT_THAT(logged(), ElementsAre("Good evening.", "How can I help you?"));
  EXPECT_EQ(attempts_, 4);
}

TEST_F(StoreJournalTest, AfterTheCallALogThatStaysBrokenIsWaitedForNoLongerThanToldTo) {
  break_log_for(1000);
  say("Good evening.");
  finish(milliseconds{300});
  EXPECT_THAT(logged(), ElementsAre());
  EXPECT_LE(attempts_, 4);
}

}  // namespace
}  // namespace call_agent::app
