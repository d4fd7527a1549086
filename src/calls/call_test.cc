#include "calls/call.h"

#include <gtest/gtest.h>

#include <set>

namespace call_agent::calls {
namespace {

TEST(Names, EveryStateAndOutcomeHasOneAndItLeadsBack) {
  std::set<std::string_view> seen;
  for (int i = 0; i <= static_cast<int>(State::kEnded); ++i) {
    const auto state = static_cast<State>(i);
    EXPECT_TRUE(seen.insert(to_string(state)).second);
    EXPECT_EQ(state_from(to_string(state)), state);
  }
  for (int i = 0; i <= static_cast<int>(Outcome::kCanceled); ++i) {
    const auto outcome = static_cast<Outcome>(i);
    EXPECT_TRUE(seen.insert(to_string(outcome)).second);
    EXPECT_EQ(outcome_from(to_string(outcome)), outcome);
  }
  EXPECT_EQ(to_string(Outcome::kVoicemailNoMessage), "voicemail_no_message");
  EXPECT_EQ(to_string(State::kEnding), "ending");
  EXPECT_FALSE(state_from("busy"));
  EXPECT_FALSE(outcome_from(""));
}

TEST(Retryable, SaysWhetherTheSameCallMaySucceedLater) {
  EXPECT_TRUE(retryable(Outcome::kBusy));
  EXPECT_TRUE(retryable(Outcome::kRateLimited));
  EXPECT_FALSE(retryable(Outcome::kDeclined));
  EXPECT_FALSE(retryable(Outcome::kInvalidNumber));
  EXPECT_FALSE(retryable(Outcome::kCompleted));
}

Turn a_turn() {
  Turn turn;
  turn.role = Turn::Role::kAgent;
  turn.text = "Good evening";
  turn.start_ms = 100;
  turn.end_ms = 1400;
  turn.interrupted = true;
  turn.confidence = 0.5;
  turn.metrics = {{"total", 412}};
  return turn;
}

TEST(Turns, SurviveTheLog) {
  const auto again = turn_from(to_json(a_turn()));
  ASSERT_TRUE(again);
  EXPECT_EQ(to_json(*again), to_json(a_turn()));
}

TEST(Turns, ThatAreMalformedAreRefused) {
  for (const char* text : {"null", "[]", "3", "{}", R"({"role":"robot","text":"x","start_ms":0,"end_ms":0})",
                           R"({"role":"agent","text":1,"start_ms":0,"end_ms":0})",
                           R"({"role":"agent","text":"x","start_ms":"0","end_ms":0})"}) {
    EXPECT_FALSE(turn_from(*parse_json(text))) << text;
    EXPECT_FALSE(answer_from(*parse_json(text))) << text;
  }
}

TEST(Record, HasEveryFieldOfTheDesign) {
  Call call;
  call.call_id = "call_1";
  call.phone_number = "+442079460123";
  call.state = State::kEnded;
  call.outcome = Outcome::kBusy;
  call.sip_status = 486;
  call.created_ms = 1'000;
  call.entered_ms[0] = 1'000;
  call.entered_ms[7] = 2'500;
  call.transcript.push_back(a_turn());
  call.answers.push_back({.field = "time", .value = "20:00", .quote = "eight it is", .turn = 3, .offset_ms = 9'000});
  const Json json = to_json(call);
  EXPECT_EQ(json["phone_number"], "+442079460123");
  EXPECT_EQ(json["outcome"], "busy");
  EXPECT_EQ(json["retryable"], true);
  EXPECT_EQ(json["sip_status"], 486);
  EXPECT_EQ(json["timestamps"]["ended"], "1970-01-01T00:00:02.500Z");
  EXPECT_FALSE(json["timestamps"].contains("active"));
  EXPECT_EQ(json["transcript"][0]["role"], "agent");
  EXPECT_EQ(json["answers"]["time"]["quote"], "eight it is");
}

TEST(Record, OfACallThatGoesOnHasNoOutcome) {
  const Json json = to_json(Call{});
  EXPECT_TRUE(json["outcome"].is_null());
  EXPECT_TRUE(json["retryable"].is_null());
  EXPECT_TRUE(json["sip_status"].is_null());
}

}  // namespace
}  // namespace call_agent::calls
