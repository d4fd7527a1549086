#include "providers/openai/report_reader.h"

#include <gtest/gtest.h>

#include "core/json.h"

namespace call_agent::providers::openai {
namespace {

std::string completion(std::string_view content) {
  return dump_json({{"choices", Json::array({{{"message", {{"content", content}}}}})}});
}

TEST(ReportReader, ReadsTheReport) {
  const auto report = read_report(completion(
      R"({"summary":"Booked.","objective_met":true,"answers":[{"field":"time","value":"20:30","quote":"half past eight"}],"commitments":["A table at 20:30"]})"));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->summary, "Booked.");
  EXPECT_TRUE(report->objective_met);
  ASSERT_EQ(report->answers.size(), 1U);
  EXPECT_EQ(report->answers[0].value, "20:30");
  EXPECT_EQ(report->commitments, std::vector<std::string>{"A table at 20:30"});
}

TEST(ReportReader, LooksThroughACodeFence) {
  const auto report = read_report(completion("```json\n{\"summary\":\"Closed on Mondays.\"}\n```"));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->summary, "Closed on Mondays.");
}

TEST(ReportReader, TakesPlainTextAsTheSummary) {
  const auto report = read_report(completion("They were closed."));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->summary, "They were closed.");
  EXPECT_FALSE(report->objective_met);
}

TEST(ReportReader, KeepsWhatIsRightOfAHalfWrongReport) {
  const auto report = read_report(completion(
      R"({"summary":7,"objective_met":"yes","answers":[7,{"field":"a"},{"value":1},{"field":"b","value":null}],"commitments":"no"})"));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->summary, "");
  EXPECT_FALSE(report->objective_met);
  ASSERT_EQ(report->answers.size(), 1U);
  EXPECT_EQ(report->answers[0].field, "b");
  EXPECT_TRUE(report->commitments.empty());
}

TEST(ReportReader, RefusesWhatIsNoCompletion) {
  for (const auto* body : {"", "<html>", "{}", R"({"choices":[]})", R"({"choices":[{"message":{"content":7}}]})"}) {
    EXPECT_FALSE(read_report(body)) << body;
  }
}

}  // namespace
}  // namespace call_agent::providers::openai
