#include "phone/scenario.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "core/id.h"

namespace call_agent::phone {
namespace {

std::string error_of(const std::string& json) {
  const auto scenario = parse_scenario(json);
  if (scenario) return "accepted";
  EXPECT_EQ(scenario.error().code, Errc::kInvalidArgument);
  return scenario.error().what;
}

std::string step_error(const std::string& step) {
  return error_of(R"({"steps": [)" + step + "]}");
}

TEST(Scenario, TheLastThreeDigitsOfANumberChooseTheAnswer) {
  EXPECT_EQ(answer_by_number("+442079460486"), Answer::kBusy);
  EXPECT_EQ(answer_by_number("+442079460603"), Answer::kDeclines);
  EXPECT_EQ(answer_by_number("+442079460404"), Answer::kUnknown);
  EXPECT_EQ(answer_by_number("+442079460480"), Answer::kUnavailable);
  EXPECT_EQ(answer_by_number("+442079460503"), Answer::kFails);
  EXPECT_EQ(answer_by_number("+442079460408"), Answer::kNever);
  EXPECT_EQ(answer_by_number("+442079460101"), std::nullopt);
  EXPECT_EQ(answer_by_number("86"), std::nullopt);
}

TEST(Scenario, AnEmptyOneAnswersAndListens) {
  const auto scenario = parse_scenario("{}");
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->answer, Answer::kAnswers);
  EXPECT_EQ(scenario->transfer, Transfer::kConnects);
  EXPECT_EQ(scenario->codecs.size(), 3U);
  EXPECT_TRUE(scenario->steps.empty());
  EXPECT_TRUE(scenario->sentences().empty());
}

TEST(Scenario, ABusyAnUnknownAndAFailingPhoneRingOnlyIfTheFileSaysHowLong) {
  const auto silent_on_it = parse_scenario("{}");
  const auto named = parse_scenario(R"({"rings_s": 2})");
  for (const auto at_once : {Answer::kBusy, Answer::kUnknown, Answer::kFails}) {
    EXPECT_EQ(silent_on_it->ringing(at_once), std::nullopt);
    EXPECT_EQ(named->ringing(at_once), milliseconds(2000));
  }
  for (const auto after_ringing : {Answer::kAnswers, Answer::kDeclines, Answer::kUnavailable}) {
    EXPECT_EQ(silent_on_it->ringing(after_ringing), milliseconds(1000));
    EXPECT_EQ(named->ringing(after_ringing), milliseconds(2000));
  }
  EXPECT_GT(named->ringing(Answer::kNever), milliseconds(60'000));
}

TEST(Scenario, EveryStepIsUnderstood) {
  const auto scenario = parse_scenario(R"({
    "name": "all", "description": "d", "answer": "declines", "by_number": false, "transfer": "never_says",
    "rings_s": 0.25, "longest_s": 60,
    "codecs": ["PCMA", "G722"],
    "steps": [
      {"label": "top", "say": "Hello."},
      {"play": "clip.wav"},
      {"beep": {"hz": 850, "s": 0.3}},
      {"wait_s": 1.5},
      {"at_s": 3},
      {"wait_for_speech": {"for_s": 0.5}, "timeout_s": 4, "on_timeout": "hang_up"},
      {"wait_for_speech_end": {}, "on_timeout": "top"},
      {"dtmf": "12#"},
      {"expect_dtmf": "9*", "otherwise": "end"},
      {"go_to": "top", "times": 2},
      {"wait_for_hang_up": true},
      {"say": "Hello."},
      {"label": "end", "hang_up": true}
    ]})");
  ASSERT_TRUE(scenario) << scenario.error().what;
  EXPECT_EQ(scenario->answer, Answer::kDeclines);
  EXPECT_FALSE(scenario->by_number);
  EXPECT_EQ(scenario->transfer, Transfer::kNeverSays);
  EXPECT_EQ(scenario->rings, milliseconds(250));
  EXPECT_EQ(scenario->codecs, (std::vector{CodecKind::kPcma, CodecKind::kG722}));
  EXPECT_EQ(scenario->sentences(), (std::set<std::string>{"Hello."}));
  ASSERT_EQ(scenario->clips.size(), 4U);
  EXPECT_EQ(scenario->clips[0].words, "Hello.");
  EXPECT_EQ(scenario->clips[1].file, "clip.wav");
  EXPECT_EQ(scenario->clips[2].tone_hz, 850);
  ASSERT_EQ(scenario->steps.size(), 13U);
  EXPECT_EQ(std::get<WaitUntil>(scenario->steps[4].action).since_answer, milliseconds(3000));
  EXPECT_EQ(scenario->steps[5].timeout, milliseconds(4000));
  EXPECT_EQ(scenario->steps[5].on_timeout, kHangUpStep);
  EXPECT_EQ(scenario->steps[6].on_timeout, 0U);
  EXPECT_EQ(std::get<ExpectDtmf>(scenario->steps[8].action).otherwise, 12U);
  EXPECT_EQ(std::get<GoTo>(scenario->steps[9].action).times, 2);
  EXPECT_EQ(scenario->steps[10].on_timeout, kHangUpStep);
}

TEST(Scenario, ErrorsNameThePlace) {
  EXPECT_NE(error_of("{").find("not valid JSON"), std::string::npos);
  EXPECT_EQ(error_of("[]"), "must be an object {…}");
  EXPECT_EQ(error_of(R"({"rings": 1})"),
            "unknown key \"rings\"; known here: name description answer by_number transfer rings_s longest_s "
            "codecs steps");
  EXPECT_EQ(error_of(R"({"rings_s": -1})"), "rings_s: must be a number from 0 to 3600");
  EXPECT_EQ(error_of(R"({"rings_s": "1"})"), "rings_s: must be a number from 0 to 3600");
  EXPECT_EQ(error_of(R"({"by_number": 1})"), "by_number: must be true or false");
  EXPECT_EQ(error_of(R"({"answer": "maybe"})"),
            "answer: must be one of \"answers\", \"busy\", \"declines\", \"unknown\", \"unavailable\", \"fails\", "
            "\"never\"");
  EXPECT_EQ(error_of(R"({"codecs": []})"), "codecs: at least one codec is needed");
  EXPECT_EQ(error_of(R"({"codecs": ["PCMU", "PCMU"]})"), "codecs[1]: named twice");
  EXPECT_EQ(error_of(R"({"codecs": ["opus"]})"), "codecs[0]: must be one of \"PCMU\", \"PCMA\", \"G722\"");
  EXPECT_EQ(error_of(R"({"steps": {}})"), "steps: must be a list […]");
}

TEST(Scenario, ErrorsInStepsDoToo) {
  EXPECT_EQ(step_error("7"), "steps[0]: must be an object {…}");
  EXPECT_EQ(step_error(R"({"say": ""})"), "steps[0].say: must not be empty");
  EXPECT_EQ(step_error(R"({"say": "a", "wait_s": 1})"),
            "steps[0]: does two things, say and wait_s: make two steps of it");
  EXPECT_EQ(step_error(R"({"sya": "a"})").substr(0, 22), "steps[0]: does nothing");
  EXPECT_EQ(step_error(R"({"say": "a", "timeout_s": 1})"),
            "steps[0]: unknown key \"timeout_s\"; known here: label say play beep");
  EXPECT_EQ(step_error(R"({"dtmf": "12E"})"), "steps[0].dtmf: must be made of 0-9 * # A-D");
  EXPECT_EQ(step_error(R"({"hang_up": false})"), "steps[0].hang_up: must be true");
  EXPECT_EQ(step_error(R"({"beep": {"hz": 1}})"), "steps[0].beep.hz: must be a number from 50 to 3500");
  EXPECT_EQ(step_error(R"({"go_to": "x", "times": 1})"), "steps[0].go_to: there is no step with the label \"x\"");
  EXPECT_EQ(step_error(R"({"label": "x", "go_to": "x"})"),
            "steps[0]: go_to needs times: how often to go there before going on");
  EXPECT_EQ(step_error(R"({"label": "a", "wait_s": 1}, {"label": "a", "wait_s": 1})"),
            "steps[1].label: the same label stands elsewhere too");
  EXPECT_EQ(step_error(R"({"label": "next", "wait_s": 1})"),
            "steps[0].label: \"next\" and \"hang_up\" are not for labels");
  EXPECT_EQ(step_error(R"({"wait_for_speech": {}, "timeout_s": 0})"), "steps[0].timeout_s: must be more than 0");
}

TEST(Scenario, AFileNamesItselfAndItsWavFilesLieBesideIt) {
  const auto folder = std::filesystem::temp_directory_path() / ("scenario_test_" + random_hex(8));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "person.json") << R"({"steps": [{"play": "a.wav"}]})";
  std::ofstream(folder / "bad.json") << R"({"steps": 1})";
  const auto scenario = load_scenario(folder / "person.json");
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->name, "person");
  EXPECT_EQ(scenario->clips[0].file, folder / "a.wav");
  EXPECT_NE(load_scenario(folder / "bad.json").error().what.find("bad.json: steps"), std::string::npos);
  EXPECT_EQ(load_scenario(folder / "none.json").error().code, Errc::kNotFound);
  EXPECT_EQ(load_scenario(folder).error().code, Errc::kNotFound);
  std::filesystem::remove_all(folder);
}

TEST(Scenario, TheReadyOnesAreValid) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CALL_AGENT_SCENARIOS)) {
    if (entry.path().extension() != ".json") continue;
    const auto scenario = load_scenario(entry.path());
    EXPECT_TRUE(scenario) << scenario.error().what;
    ++count;
  }
  EXPECT_GE(count, 8);
}

}  // namespace
}  // namespace call_agent::phone
