#include "providers/local/spoken_text.h"

#include <gtest/gtest.h>

namespace call_agent::providers::local {
namespace {

TEST(SpokenText, LeavesPlainEnglishAlone) {
  EXPECT_EQ(spoken_text("I'd like a table for two, please."), "I'd like a table for two, please.");
  EXPECT_EQ(spoken_text("At 8:30 pm, or 8 p.m.?"), "At 8:30 pm, or 8 p.m.?");
}

TEST(SpokenText, SignsBecomeWords) {
  EXPECT_EQ(spoken_text("Smith & Sons"), "Smith and Sons");
  EXPECT_EQ(spoken_text("£20.50 or €1,200 or $5"), "20 pounds 50 or 1,200 euros or $5");
  EXPECT_EQ(spoken_text("ada@example.com"), "ada at example dot com");
  EXPECT_EQ(spoken_text("No. 5, room #7"), "number 5, room number 7");
  EXPECT_EQ(spoken_text("+44 20"), "plus 44 20");
  EXPECT_EQ(spoken_text("1/2 and/or 3/5/2024"), "1/2 and or 3 5 2024");
  EXPECT_EQ(spoken_text("No. I am not."), "No. I am not.");
}

TEST(SpokenText, TypographyAndAccentsBecomeAscii) {
  EXPECT_EQ(spoken_text("“It’s caffè Zoë” — Łódź…"), "It's caffe Zoe , Lodz.");
  EXPECT_EQ(spoken_text("25° and ½"), "25 degrees and 1/2");
}

TEST(SpokenText, MarkdownVanishes) {
  EXPECT_EQ(spoken_text("**Great!** _Yes_ `code` [link] # title"), "Great! Yes code link title");
  EXPECT_EQ(spoken_text("yes -- no - maybe"), "yes no , maybe");
}

TEST(SpokenText, WhatCannotBeSpokenVanishes) {
  EXPECT_EQ(spoken_text(""), "");
  EXPECT_EQ(spoken_text("\x01\x02\x1b[31m\n\t"), "31m");
  EXPECT_EQ(spoken_text("你好 😀"), "");
  EXPECT_EQ(spoken_text("\xff\xfe\xc3 ok \xe2\x82"), "ok");
  EXPECT_EQ(spoken_text("what?!?! no!!!!"), "what? no!");
}

TEST(SpokenText, NoWordIsLongerThanAnEngineCanBear) {
  const std::string words = spoken_text(std::string(1000, 'a'));
  for (std::size_t begin = 0; begin < words.size();) {
    const auto end = std::min(words.find(' ', begin), words.size());
    EXPECT_LE(end - begin, 40U);
    begin = end + 1;
  }
}

TEST(SplitSpoken, CutsAtSentencesThenClausesThenWords) {
  using Parts = std::vector<std::string>;
  EXPECT_EQ(split_spoken("One two. Three four.", 12), (Parts{"One two.", "Three four."}));
  EXPECT_EQ(split_spoken("One two, three four", 12), (Parts{"One two,", "three four"}));
  EXPECT_EQ(split_spoken("One two three", 9), (Parts{"One two", "three"}));
  EXPECT_EQ(split_spoken("abcdefghij", 4), (Parts{"abcd", "efgh", "ij"}));
  EXPECT_EQ(split_spoken("", 4), Parts{});
}

}  // namespace
}  // namespace call_agent::providers::local
