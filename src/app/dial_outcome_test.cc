#include "app/dial_outcome.h"

#include <gtest/gtest.h>

namespace call_agent::app {
namespace {

using calls::Outcome;
using livekit::api::parse_twirp_error;

// The answers of a real livekit-server and livekit-sip.
struct Answer {
  int http_status;
  const char* code;
  int sip_status;  // 0: meta is empty
  Outcome outcome;
};
constexpr Answer kAnswers[] = {
    {429, "resource_exhausted", 486, Outcome::kBusy},
    {429, "resource_exhausted", 480, Outcome::kNoAnswer},
    {403, "permission_denied", 603, Outcome::kDeclined},
    {404, "not_found", 404, Outcome::kInvalidNumber},
    {412, "failed_precondition", 503, Outcome::kTrunkError},
    {408, "canceled", 0, Outcome::kNoAnswer},
    {412, "failed_precondition", 0, Outcome::kTrunkError},
    {404, "not_found", 0, Outcome::kTrunkError},
    {400, "invalid_argument", 0, Outcome::kInvalidNumber},
    {503, "unavailable", 0, Outcome::kRateLimited},
    {401, "unauthenticated", 0, Outcome::kTrunkError},
    {403, "permission_denied", 0, Outcome::kTrunkError},
    // What carriers say besides.
    {408, "deadline_exceeded", 408, Outcome::kNoAnswer},
    {500, "internal", 600, Outcome::kBusy},
    {403, "permission_denied", 608, Outcome::kDeclined},
    {404, "not_found", 604, Outcome::kInvalidNumber},
    {400, "invalid_argument", 484, Outcome::kInvalidNumber},
    {429, "resource_exhausted", 429, Outcome::kRateLimited},
    {401, "unauthenticated", 401, Outcome::kTrunkError},
    {403, "permission_denied", 403, Outcome::kTrunkError},
    {500, "internal", 500, Outcome::kTrunkError},
    {400, "invalid_argument", 488, Outcome::kTrunkError},
};

calls::DialResult result_of(const Answer& answer) {
  Json body{{"code", answer.code}, {"msg", "words"}};
  if (answer.sip_status != 0) {
    body["meta"] = {{"sip_status_code", std::to_string(answer.sip_status)}, {"sip_status", "Said"}};
  }
  const auto result = dial_outcome(parse_twirp_error(answer.http_status, dump_json(body)), "ST_1");
  EXPECT_TRUE(result) << answer.code << " " << answer.sip_status;
  return result.value_or(calls::DialResult{});
}

TEST(DialOutcome, IsTheTelephoneNetworksWordWhereThereIsOne) {
  for (const Answer& answer : kAnswers) {
    const auto result = result_of(answer);
    EXPECT_FALSE(result.answered);
    EXPECT_EQ(result.outcome, answer.outcome) << answer.code << " " << answer.sip_status << ": " << result.detail;
    EXPECT_EQ(result.sip_status.value_or(0), answer.sip_status);
    EXPECT_FALSE(result.detail.empty());
  }
}

TEST(DialOutcome, NamesTheVariableToCheck) {
  EXPECT_EQ(result_of({404, "not_found", 0, {}}).detail, "trunk ST_1 unknown: check SIP_OUTBOUND_TRUNK_ID");
  EXPECT_TRUE(result_of({401, "unauthenticated", 0, {}}).detail.contains("LIVEKIT_API_SECRET"));
  EXPECT_TRUE(result_of({412, "failed_precondition", 0, {}}).detail.contains("SIP_OUTBOUND_TRUNK_ID"));
  EXPECT_EQ(result_of({429, "resource_exhausted", 486, {}}).detail, "busy (SIP 486)");
}

TEST(DialOutcome, AsksForTheSipServiceThatMayNotBeRunning) {
  EXPECT_TRUE(result_of({503, "unavailable", 0, {}}).detail.ends_with("is livekit-sip running, or at its CPU limit?"));
  EXPECT_FALSE(result_of({429, "resource_exhausted", 0, {}}).detail.contains("livekit-sip"));
}

TEST(DialOutcome, IsUnknownWhereTheAnswerGotLost) {
  for (const auto errc : {Errc::kUnavailable, Errc::kDeadline, Errc::kCancelled}) {
    const auto result = dial_outcome({.error = {errc, "connection closed"}}, "ST_1");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, errc);
  }
  for (const int status : {500, 502, 504}) {
    EXPECT_FALSE(dial_outcome(parse_twirp_error(status, "<html>"), "ST_1")) << status;
  }
  EXPECT_FALSE(dial_outcome(parse_twirp_error(408, R"({"code":"deadline_exceeded","msg":"m"})"), "ST_1"));
  EXPECT_FALSE(dial_outcome(parse_twirp_error(500, R"({"code":"internal","msg":"m"})"), "ST_1"));
}

}  // namespace
}  // namespace call_agent::app
