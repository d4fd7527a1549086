#include "app/worker/call_record.h"

#include <gtest/gtest.h>

#include "calls/memory_store.h"
#include "core/test_run.h"

namespace call_agent::app {
namespace {

class CallRecordTest : public testing::Test {
 protected:
  CallRecordTest() { store_.calls["call_1"] = {.call_id = "call_1", .state = calls::State::kActive}; }

  calls::Call& stored() {
    test::run_on(io_, store_record(store_, job_, ending_, result_, told_, "/recordings/call_1.wav"));
    return store_.calls["call_1"];
  }

  asio::io_context io_;
  calls::MemoryStore store_;
  calls::JobMetadata job_{.call_id = "call_1"};
  CallEnding ending_{calls::Outcome::kCompleted, "the agent ended the call"};
  agent::SessionResult result_{
      .transcript = {{.role = agent::Role::kCallee, .text = "At eight.", .start = milliseconds{2500}}}};
  agent::Report told_{.summary = "Booked.",
                      .answers = {{.field = "time", .value = "20:00", .quote = "At eight.", .turn = 0}}};
};

TEST_F(CallRecordTest, KeepsWhatWasToldAndHowItEnded) {
  const auto& call = stored();
  EXPECT_EQ(call.state, calls::State::kEnded);
  EXPECT_EQ(call.outcome, calls::Outcome::kCompleted);
  EXPECT_EQ(call.summary, "Booked.");
  EXPECT_EQ(call.recording, "/recordings/call_1.wav");
  ASSERT_EQ(call.answers.size(), 1U);
  EXPECT_EQ(call.answers[0].offset_ms, 2500);
}

TEST_F(CallRecordTest, AnAnswerWithoutATurnOfTheTranscriptHasNoPlaceInIt) {
  told_.answers[0].turn = 7;
  EXPECT_EQ(stored().answers.at(0).offset_ms, 0);
}

TEST_F(CallRecordTest, ALogThatRefusesForAWhileGetsItLater) {
  store_.broken = {"report"};
  int attempts = 0;
  store_.before["report"] = [&] {
    if (++attempts == 2) store_.broken.clear();
  };
  const auto& call = stored();
  EXPECT_EQ(attempts, 2);
  EXPECT_EQ(call.summary, "Booked.");
  EXPECT_EQ(call.state, calls::State::kEnded);
}

}  // namespace
}  // namespace call_agent::app
