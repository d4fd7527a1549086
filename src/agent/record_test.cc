// What is kept of a call: metrics, checked answers, the last seconds of audio.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/audio_history.h"
#include "agent/tools.h"
#include "agent/turn_metrics.h"

namespace call_agent::agent {
namespace {

using testing::ElementsAre;

TimePoint at(int ms) {
  return TimePoint{} + milliseconds{ms};
}

TEST(TurnMetrics, SayWhereTheTimeOfAReplyWent) {
  TurnMetrics metrics;
  metrics.paused(at(1000));
  metrics.transcript_asked(at(1160));
  metrics.transcribed(at(1200));
  metrics.reply_asked(at(1200));
  metrics.reply_piece(at(1250));
  metrics.reply_piece(at(1300));
  metrics.turn_over(at(1290));
  metrics.voice_started(at(1310));
  EXPECT_EQ(metrics.take(milliseconds{30}),
            Json::parse(R"({"end_of_speech_delay": 290, "stt": 40, "llm_first_token": 50,
                                                            "tts_first_audio": 30, "total": 310})"));
}

TEST(TurnMetrics, WordsOfTheAgentsOwnAccordAnswerNothing) {
  TurnMetrics metrics;
  metrics.voice_started(at(5));
  EXPECT_EQ(metrics.take(milliseconds{0}), Json::parse(R"({"tts_first_audio": 0})"));
  metrics.paused(at(1000));  // A noise.
  metrics.voice_started(at(9000));
  EXPECT_EQ(metrics.take(std::nullopt), Json::object());
}

TEST(TurnMetrics, ABackchannelDuringTheReplyLeavesTheReplysFiguresAlone) {
  TurnMetrics metrics;
  metrics.paused(at(1000));
  metrics.turn_over(at(1300));
  metrics.voice_started(at(1320));
  metrics.paused(at(2000));
  EXPECT_EQ(metrics.take(std::nullopt)["total"], 320);
}

TEST(TurnMetrics, EachTurnHasItsOwn) {
  TurnMetrics metrics;
  metrics.paused(at(1000));
  metrics.turn_over(at(1300));
  metrics.voice_started(at(1320));
  metrics.take(std::nullopt);
  metrics.voice_started(at(9000));
  EXPECT_EQ(metrics.take(std::nullopt), Json::object());
}

std::vector<Turn> transcript() {
  return {{.role = Role::kAgent, .text = "A table for two at eight?"},
          {.role = Role::kCallee, .text = "Eight is taken. Half past eight, for two."},
          {.role = Role::kCallee, .text = "For two."}};
}

std::vector<std::string> fields(const CheckedReport& checked) {
  std::vector<std::string> out;
  out.reserve(checked.report.answers.size());
  for (const auto& answer : checked.report.answers) out.push_back(answer.field + "@" + std::to_string(answer.turn));
  return out;
}

TEST(CheckReport, AQuoteMustBeTheCalleesOwnWords) {
  Report report;
  report.answers = {{"time", "20:30", "half past EIGHT", 1},
                    {"agent_said_it", 2, "a table for two", 0},
                    {"invented", 1, "half past nine", 1},
                    {"inside_a_word", 1, "past eigh", 1},
                    {"empty", 1, "...", 1}};
  const auto checked = check_report(report, {}, transcript(), Json());
  EXPECT_THAT(fields(checked), ElementsAre("time@1"));
  EXPECT_EQ(checked.dropped.size(), 4U);
  EXPECT_EQ(checked.dropped[0], "agent_said_it: its quote is not among the callee's words");
}

TEST(CheckReport, TheTurnIsSetRight) {
  Report report;
  report.answers = {{"a", 2, "for two", 2}, {"b", 2, "for two", 99}, {"c", 2, "for two", -1}};
  EXPECT_THAT(fields(check_report(report, {}, transcript(), Json())), ElementsAre("a@2", "b@1", "c@1"));
}

TEST(CheckReport, AQuoteMayGoOverTurnsOfTheCalleeButNotOverOnesOfTheAgent) {
  auto turns = transcript();
  turns.push_back({.role = Role::kAgent, .text = "Lovely."});
  turns.push_back({.role = Role::kCallee, .text = "See you."});
  Report report;
  report.answers = {
      {"a", 2, "half past eight, for two. For two.", 2}, {"b", 2, "for two see you", 2}, {"c", 1, "see you", -1}};
  EXPECT_THAT(fields(check_report(report, {}, turns, Json())), ElementsAre("a@1", "c@4"));
}

TEST(CheckReport, TheReportsAnswerStandsElseTheLastRecorded) {
  Report report;
  report.answers = {{"time", "20:30", "Half past eight", 1}};
  const std::vector<Answer> recorded = {
      {"time", "20:00", "eight", 1}, {"party", 3, "for two", 1}, {"party", 2, "for two", 1}};
  const auto checked = check_report(report, recorded, transcript(), Json());
  EXPECT_THAT(fields(checked), ElementsAre("time@1", "party@1"));
  EXPECT_EQ(checked.report.answers[0].value, "20:30");
  EXPECT_EQ(checked.report.answers[1].value, 2);
}

TEST(CheckReport, TheResultSchemaIsHeld) {
  const auto schema = Json::parse(R"({"properties": {"time": {"type": "string"}, "party": {"type": ["integer", "null"]},
                                                     "mood": {"enum": ["good", "bad"]}}})");
  Report report;
  report.answers = {{"time", 20, "half past eight", 1},
                    {"party", 2, "for two", 1},
                    {"mood", "so so", "for two", 1},
                    {"other", 1, "for two", 1}};
  EXPECT_THAT(fields(check_report(report, {}, transcript(), schema)), ElementsAre("party@1"));
}

TEST(Tools, TheModelIsToldWhichFieldsThereAre) {
  Objective objective;
  objective.result_schema = Json::parse(R"({"properties": {"time": {}, "party": {}}})");
  const auto tools = standard_tools(objective);
  ASSERT_EQ(tools.size(), 4U);
  EXPECT_EQ(tools[1].parameters["properties"]["field"]["enum"], Json::parse(R"(["party", "time"])"));
  EXPECT_EQ(tools[1].parameters["required"].size(), 3U);
}

TEST(Tools, ArgumentsAreCheckedWhateverTheirShape) {
  for (const auto& arguments :
       {Json(), Json(3), Json::array(), Json::object(), Json{{"digits", 5}}, Json{{"digits", ""}},
        Json{{"digits", "12a"}}, Json{{"digits", std::string(33, '1')}}}) {
    EXPECT_FALSE(parse_digits({"1", "send_dtmf", arguments}).has_value()) << arguments.dump();
    EXPECT_FALSE(parse_answer({"1", "record_answer", arguments}).has_value()) << arguments.dump();
  }
  EXPECT_EQ(parse_digits({"1", "send_dtmf", {{"digits", "1*#D"}}}).value(), "1*#D");
}

TEST(AudioHistory, KeepsTheLastSamplesInOrder) {
  AudioHistory history(5);
  EXPECT_THAT(history.last(3), ElementsAre());
  history.push(std::vector<Sample>{1, 2, 3});
  EXPECT_THAT(history.last(5), ElementsAre(1, 2, 3));
  history.push(std::vector<Sample>{4, 5, 6, 7});
  EXPECT_THAT(history.last(2), ElementsAre(6, 7));
  EXPECT_THAT(history.last(99), ElementsAre(3, 4, 5, 6, 7));
  EXPECT_EQ(history.total(), 7U);
}

}  // namespace
}  // namespace call_agent::agent
