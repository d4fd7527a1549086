// What is said, cut, counted and understood: the splitter, the phrases, what was heard.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "agent/heard_text.h"
#include "agent/phrases.h"
#include "agent/sentence_splitter.h"

namespace call_agent::agent {
namespace {

using testing::ElementsAre;

std::vector<std::string> split(std::string_view text, std::size_t piece = 1) {
  SentenceSplitter splitter;
  std::vector<std::string> out;
  const auto add = [&](std::vector<std::string> more) { out.insert(out.end(), more.begin(), more.end()); };
  for (std::size_t at = 0; at < text.size(); at += piece) add(splitter.push(text.substr(at, piece)));
  add(splitter.finish());
  return out;
}

TEST(SentenceSplitter, CutsSentences) {
  EXPECT_THAT(split("Hello. How are you? Fine!"), ElementsAre("Hello.", "How are you?", "Fine!"));
  EXPECT_THAT(split("One\nTwo"), ElementsAre("One", "Two"));
  EXPECT_THAT(split("He said \"no.\" Then he left."), ElementsAre("He said \"no.\"", "Then he left."));
}

TEST(SentenceSplitter, SpeaksTheFirstClauseBeforeTheSentenceIsThere) {
  SentenceSplitter splitter;
  EXPECT_THAT(splitter.push("I would like to book a table, for two "), ElementsAre("I would like to book a table,"));
  EXPECT_THAT(splitter.push("people, tomorrow. "), ElementsAre());
  EXPECT_THAT(splitter.finish(), ElementsAre("for two people, tomorrow."));
}

TEST(SentenceSplitter, AFirstClauseTooShortIsNotTornOff) {
  EXPECT_THAT(split("Yes, please."), ElementsAre("Yes, please."));
}

TEST(SentenceSplitter, AbbreviationsNumbersAndInitialsEndNothing) {
  EXPECT_THAT(split("Dr. Smith is in."), ElementsAre("Dr. Smith is in."));
  EXPECT_THAT(split("It is J. Smith."), ElementsAre("It is J. Smith."));
  EXPECT_THAT(split("At 8 p.m. tomorrow. Fine."), ElementsAre("At 8 p.m. tomorrow.", "Fine."));
  EXPECT_THAT(split("At 8 p.m. See you."), ElementsAre("At 8 p.m.", "See you."));
  EXPECT_THAT(split("It costs about 3.50 each, or 1,000 a ton."),
              ElementsAre("It costs about 3.50 each,", "or 1,000 a ton."));
  EXPECT_THAT(split("Take no. 5 now."), ElementsAre("Take no. 5 now."));
  EXPECT_THAT(split("No. We cannot."), ElementsAre("No.", "We cannot."));
  EXPECT_THAT(split("1. First this."), ElementsAre("1. First this."));
  EXPECT_THAT(split("Ask for example.org today. Ok."), ElementsAre("Ask for example.org today.", "Ok."));
}

TEST(SentenceSplitter, WhatCannotBeSpokenIsNotSpoken) {
  EXPECT_THAT(split("**Hello** there. ... `x`"), ElementsAre("Hello there.", "x"));
  EXPECT_THAT(split(" \n . \n"), ElementsAre());
}

TEST(SentenceSplitter, ThePiecesMakeNoDifferenceAndNothingIsLost) {
  std::mt19937 random(7);
  const std::string alphabet = "aB1.,!? \n\"é;:";
  for (int round = 0; round < 300; ++round) {
    std::string text;
    while (text.size() < 700) text += alphabet[random() % alphabet.size()];
    const auto letters = [](const std::vector<std::string>& parts) {
      std::string out;
      for (const auto& part : parts) {
        EXPECT_LE(part.size(), SentenceSplitter::kLongest);
        for (const char c : part) {
          if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) out += c;
        }
      }
      return out;
    };
    const auto whole = letters(split(text, text.size()));
    EXPECT_EQ(letters(split(text, 1)), whole);
    EXPECT_EQ(letters(split(text, 1 + random() % 9)), whole);
    EXPECT_EQ(letters({text.substr(0, 0)}), "");
  }
}

TEST(SentenceSplitter, ARunawaySentenceIsCutBetweenWords) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "word ";
  for (const auto& part : split(text)) {
    EXPECT_LE(part.size(), SentenceSplitter::kLongest);
    EXPECT_TRUE(part.ends_with("word")) << part;
  }
}

TEST(HeardText, IsInProportionToTheTimeInWholeWords) {
  const std::string_view sentence = "one two three four";
  EXPECT_EQ(heard_text(sentence, milliseconds{0}, milliseconds{1000}), "");
  EXPECT_EQ(heard_text(sentence, milliseconds{500}, milliseconds{1000}), "one two");
  EXPECT_EQ(heard_text(sentence, milliseconds{999}, milliseconds{1000}), "one two three");
  EXPECT_EQ(heard_text(sentence, milliseconds{1000}, milliseconds{1000}), sentence);
  EXPECT_EQ(heard_text(sentence, milliseconds{1}, milliseconds{0}), "");
}

TEST(ResumePoint, IsTheLastQuietPlaceOrTheStart) {
  constexpr int kRate = 8000;
  std::vector<Sample> audio(kRate, 1000);
  std::fill(audio.begin() + 6000, audio.begin() + 6400, Sample{3});
  const auto point = resume_point(audio, 7500, kRate);
  EXPECT_GE(point, 6000U);
  EXPECT_LT(point, 6400U);
  EXPECT_EQ(resume_point(audio, 2000, kRate), 0U) << "250 ms in: from the start";
  EXPECT_LE(resume_point(audio, 99999, kRate), audio.size());
  EXPECT_EQ(resume_point({}, 5, kRate), 0U);
}

TEST(Phrases, NormalWordsAreLowerCaseWithoutMarksOrBrackets) {
  EXPECT_EQ(normalize_words("  Mm-hm,  that's IT! [coughs] (door)"), "mm hm thats it");
  EXPECT_EQ(normalize_words("that\xE2\x80\x99s it"), "thats it");
}

TEST(Phrases, ABackchannelIsNoQuestionAndNoSentence) {
  EXPECT_TRUE(is_backchannel("Mm-hm."));
  EXPECT_TRUE(is_backchannel("Okay, got it."));
  EXPECT_FALSE(is_backchannel("Okay?"));
  EXPECT_FALSE(is_backchannel("Yeah, but wait"));
  EXPECT_FALSE(is_backchannel("No."));
  EXPECT_FALSE(is_backchannel(""));
  EXPECT_FALSE(is_backchannel("yes yes yes yes yes yes"));
}

TEST(Phrases, AGreetingIsNoObjection) {
  EXPECT_TRUE(is_greeting("Luigi's restaurant, good evening."));
  EXPECT_TRUE(is_greeting("Luigi speaking."));
  EXPECT_FALSE(is_greeting("Hello, stop calling us."));
  EXPECT_FALSE(is_greeting("We are closed, good evening."));
}

TEST(Phrases, AFarewellWantsNoAnswer) {
  EXPECT_TRUE(is_farewell("Thanks, you too. Bye!"));
  EXPECT_TRUE(is_farewell("See you tomorrow."));
  EXPECT_FALSE(is_farewell("Thanks, but what is your number?"));
  EXPECT_FALSE(is_farewell("Wait, before you go, thanks"));
}

TEST(Phrases, AShortAnswerIsComplete) {
  EXPECT_TRUE(is_short_answer("Yes, please."));
  EXPECT_TRUE(is_short_answer("That's right."));
  EXPECT_FALSE(is_short_answer("Yes, we have a"));
}

TEST(Phrases, AWordOrTwoMayOnlyBeTheBeginning) {
  EXPECT_TRUE(is_brief("Lovely."));
  EXPECT_TRUE(is_brief("All right,"));
  EXPECT_FALSE(is_brief("How many?"));
  EXPECT_FALSE(is_brief("At half past"));
}

TEST(Phrases, AHangingSentenceIsNot) {
  EXPECT_TRUE(is_hanging("We have one at"));
  EXPECT_TRUE(is_hanging("Let me see,"));
  EXPECT_TRUE(is_hanging("It is..."));
  EXPECT_FALSE(is_hanging("What is it for?"));
  EXPECT_FALSE(is_hanging("Tomorrow."));
}

TEST(Phrases, PatienceIsAskedForInManyWords) {
  EXPECT_TRUE(asks_for_patience("Just a second, please"));
  EXPECT_TRUE(asks_for_patience("Let me check the book."));
  EXPECT_FALSE(asks_for_patience("At eight."));
}

}  // namespace
}  // namespace call_agent::agent
