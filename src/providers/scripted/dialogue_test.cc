#include "providers/scripted/dialogue.h"

#include <gtest/gtest.h>

namespace call_agent::providers::scripted {
namespace {

constexpr const char* kSmallest = R"({"name": "x", "opening": "Hello.", "give_up": "Bye."})";

std::string error_of(const std::string& json) {
  const auto dialogue = parse_dialogue(json, "x.json");
  return dialogue ? "none" : dialogue.error().what;
}

std::string with(const std::string& field) {
  return R"({"name": "x", "opening": "Hello.", "give_up": "Bye.", )" + field + "}";
}

bool matches(std::string_view pattern, std::string_view text) {
  return WordPattern::parse(pattern).value().matches(words_of(text));
}

TEST(WordPattern, FindsWordsInARow) {
  EXPECT_TRUE(matches("how many", "For how many people?"));
  EXPECT_FALSE(matches("how many", "how very many"));
  EXPECT_FALSE(matches("how many", "many, how"));
  EXPECT_FALSE(matches("man", "how many")) << "whole words only";
}

TEST(WordPattern, AStarStandsForAnyWordsOrTheRestOfOne) {
  EXPECT_TRUE(matches("would * work", "Would half past eight work?"));
  EXPECT_TRUE(matches("would * work", "would work"));
  EXPECT_FALSE(matches("would * work", "work would"));
  EXPECT_TRUE(matches("reserv*", "I have a reservation"));
}

TEST(WordPattern, StartsAndEndsWhereItSays) {
  EXPECT_TRUE(matches("^yes", "Yes, sure."));
  EXPECT_FALSE(matches("^yes", "Oh yes"));
  EXPECT_TRUE(matches("today$", "we open today"));
  EXPECT_FALSE(matches("today$", "today we open"));
  EXPECT_TRUE(matches("^what$", "What?"));
  EXPECT_FALSE(matches("^what$", "what time"));
  EXPECT_TRUE(matches("^no * bye$", "no thanks, bye bye"));
}

TEST(WordPattern, NeedsAWord) {
  EXPECT_FALSE(WordPattern::parse("").has_value());
  EXPECT_FALSE(WordPattern::parse("^$").has_value());
  EXPECT_FALSE(WordPattern::parse("* ?!").has_value());
}

TEST(Dialogue, NeedsANameAnOpeningAndAWayOut) {
  EXPECT_EQ(error_of(kSmallest), "none");
  EXPECT_EQ(error_of("{}"), "x.json: name is missing");
  EXPECT_EQ(error_of(R"({"name": "x"})"), "x.json: opening is missing");
  EXPECT_EQ(error_of(R"({"name": "x", "opening": "Hello."})"), "x.json: give_up is missing");
}

TEST(Dialogue, ABrokenFileIsNamedWithTheLine) {
  EXPECT_NE(error_of("{\n\"name\": \"x\",\n oops}").find("line 3"), std::string::npos);
  EXPECT_EQ(error_of("[]"), "x.json: the file must be an object");
}

TEST(Dialogue, AWrongFieldIsNamedWithItsPlace) {
  EXPECT_EQ(error_of(with(R"("intent": [])")), "x.json: intent is not a field known here");
  EXPECT_EQ(error_of(with(R"("intents": [{"name": "a", "say": "b"}, {"name": "c"}])")),
            "x.json: intents[1].say is missing: an intent is answered with words");
  EXPECT_EQ(error_of(with(R"("intents": [{"name": "a", "say": "b", "any": ["yes", "?"]}])")),
            "x.json: intents[0].any \"?\": a pattern needs at least one word");
  EXPECT_EQ(error_of(with(R"("intents": [{"name": "a", "say": "b", "needs": "tme"}])")),
            "x.json: intents[0].needs may have time, new_time, number, yes, no");
  EXPECT_EQ(error_of(with(R"("slots": [{"name": "a", "kind": "date"}])")),
            "x.json: slots[0].kind must be one of time, number, yes_no, text, pattern");
  EXPECT_EQ(error_of(with(R"("slots": [{"name": "a", "kind": "time", "near": "8 pm"}])")),
            "x.json: slots[0].near must be a time such as \"20:00\"");
  EXPECT_EQ(error_of(with(R"("slots": [{"name": "a", "kind": "text", "prompt": "What?"}])")),
            "x.json: closing is missing: what to say once every slot is known");
  EXPECT_EQ(error_of(with(R"("fallback": [1])")), "x.json: fallback[0] must be a text");
  EXPECT_EQ(error_of(with(R"("facts": {"a": []})")), "x.json: facts.a must be a text, a number, true, false or null");
}

TEST(Dialogue, TheOnesThatShipAreRightAndTheGeneralOneComesLast) {
  const auto dialogues = load_dialogues(CALL_AGENT_DIALOGUES);
  ASSERT_TRUE(dialogues.has_value()) << dialogues.error().what;
  EXPECT_EQ(dialogues->back().name, "general");
}

TEST(Dialogue, AMissingFileOrFolderIsNamed) {
  EXPECT_EQ(load_dialogue("/nowhere/x.json").error().what, "cannot read the dialogue /nowhere/x.json");
  EXPECT_EQ(load_dialogues("/nowhere").error().what, "no dialogue (*.json) in /nowhere");
}

}  // namespace
}  // namespace call_agent::providers::scripted
