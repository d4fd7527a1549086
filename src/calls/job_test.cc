#include "calls/job.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace call_agent::calls {
namespace {

using testing::HasSubstr;

Call a_call() {
  Call call;
  call.call_id = "call_00ff";
  call.room = "call_00ff";
  call.phone_number = "+442079460123";
  call.objective = "Book a table";
  call.request = {{"context", "for two"},
                  {"result_schema", {{"type", "object"}, {"properties", {{"time", Json::object()}}}}},
                  {"language", "pt-BR"},
                  {"max_minutes", 5},
                  {"something_else", true}};
  return call;
}

Json least() {
  return {{"call_id", "call_1"}, {"phone_number", "+44"}, {"callee_identity", "callee_1"}, {"room", "call_1"}};
}

TEST(JobMetadata, CarriesTheCallToTheAgent) {
  const auto sent = JobMetadata::of(a_call());
  ASSERT_TRUE(sent);
  const auto got = JobMetadata::parse(sent->to_text());
  ASSERT_TRUE(got);
  EXPECT_EQ(got->call_id, "call_00ff");
  EXPECT_EQ(got->callee_identity, "callee_00ff");
  EXPECT_EQ(got->phone_number, "+442079460123");
  EXPECT_EQ(got->objective, "Book a table");
  EXPECT_EQ(got->context, "for two");
  EXPECT_EQ(got->opening, "");
  EXPECT_EQ(got->result_schema["type"], "object");
  EXPECT_EQ(got->language, "pt-BR");
  EXPECT_EQ(got->max_minutes, 5);
}

TEST(JobMetadata, OptionalFieldsHaveDefaults) {
  const auto job = JobMetadata::parse(least().dump());
  ASSERT_TRUE(job);
  EXPECT_EQ(job->language, "en");
  EXPECT_EQ(job->max_minutes, 10);
  EXPECT_FALSE(job->leave_voicemail);
  EXPECT_TRUE(job->result_schema.is_null());
}

TEST(JobMetadata, HostileInputIsRefusedByField) {
  const std::vector<std::pair<const char*, Json>> cases{{"call_id", ""},
                                                        {"call_id", "../../etc"},
                                                        {"call_id", std::string(200, 'a')},
                                                        {"phone_number", "911"},
                                                        {"phone_number", "+44\r\n"},
                                                        {"phone_number", 44},
                                                        {"room", "a room"},
                                                        {"callee_identity", nullptr},
                                                        {"objective", 7},
                                                        {"context", Json::array()},
                                                        {"opening", false},
                                                        {"result_schema", "object"},
                                                        {"result_schema", {{"type", "object"}}},
                                                        {"voicemail", "leave"},
                                                        {"voicemail", {{"action", "shout"}}},
                                                        {"voicemail", {{"action", "leave"}, {"message", 7}}},
                                                        {"language", "english"},
                                                        {"language", "e"},
                                                        {"language", "en_US"},
                                                        {"language", "en-"},
                                                        {"max_minutes", 0},
                                                        {"max_minutes", 241},
                                                        {"max_minutes", 2.5},
                                                        {"max_minutes", "5"},
                                                        {"max_minutes", 18446744073709551615ULL},
                                                        {"max_minutes", -4294967290LL}};
  for (const auto& [field, value] : cases) {
    Json json = least();
    json[field] = value;
    const auto job = JobMetadata::parse(json.dump());
    ASSERT_FALSE(job) << json;
    EXPECT_EQ(job.error().code, Errc::kInvalidArgument);
    EXPECT_THAT(job.error().what, HasSubstr(field));
  }
  for (const char* text : {"", "null", "[]", "\"x\"", "{", "\xff\xfe"}) EXPECT_FALSE(JobMetadata::parse(text)) << text;
}

TEST(JobMetadata, ArgumentsThatWouldNotFitAreRefusedBeforeAnythingIsAsked) {
  Call call = a_call();
  call.objective = std::string(kMostMetadataBytes, 'x');
  const auto job = JobMetadata::of(call);
  ASSERT_FALSE(job);
  EXPECT_EQ(job.error().code, Errc::kInvalidArgument);
  EXPECT_THAT(job.error().what, HasSubstr("objective"));
}

TEST(JobMetadata, WordsThatAreNotUtf8DoNotBreakIt) {
  Call call = a_call();
  call.objective = "caf\xe9";
  const auto job = JobMetadata::of(call);
  ASSERT_TRUE(job);
  EXPECT_TRUE(JobMetadata::parse(job->to_text()));
}

}  // namespace
}  // namespace call_agent::calls
