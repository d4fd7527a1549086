#include "providers/local/moonshine_text.h"

#include <gtest/gtest.h>

namespace call_agent::providers::local {
namespace {

using namespace std::string_literals;
using Ids = std::vector<std::int64_t>;

TEST(MoonshineVocabulary, JoinsTokensAndTurnsWordMarksIntoSpaces) {
  const auto vocabulary =
      MoonshineVocabulary::parse("\x05<unk>\x03<s>\x04</s>\x05\xe2\x96\x81Hi\x05\xe2\x96\x81yo\x01u"s);
  ASSERT_TRUE(vocabulary);
  EXPECT_EQ(vocabulary->size(), 6U);
  EXPECT_EQ(vocabulary->text(Ids{1, 3, 4, 5, 2}), "Hi you");
}

TEST(MoonshineVocabulary, LeavesOutWhatIsNoWord) {
  const auto vocabulary = MoonshineVocabulary::parse("\x05<unk>\x03<s>\x04</s>\x01\n\x08<<ST_0>>\x02ok"s);
  ASSERT_TRUE(vocabulary);
  EXPECT_EQ(vocabulary->text(Ids{3, 4, 5, 99, -1}), "ok");
  EXPECT_EQ(vocabulary->text(Ids{}), "");
}

TEST(MoonshineVocabulary, ReadsTwoByteLengths) {
  const auto vocabulary = MoonshineVocabulary::parse("\x01?\x01?\x01?\x82\x01"s + std::string(130, 'x'));
  ASSERT_TRUE(vocabulary);
  EXPECT_EQ(vocabulary->text(Ids{3}), std::string(130, 'x'));
}

TEST(MoonshineVocabulary, RefusesATruncatedFile) {
  EXPECT_FALSE(MoonshineVocabulary::parse(""));
  EXPECT_FALSE(MoonshineVocabulary::parse("\x05<un"s));
  EXPECT_FALSE(MoonshineVocabulary::parse("\x01?\x01?\x01?\x80"s));
}

TEST(RepeatedTail, IsWhatARecogniserSaysTooOften) {
  EXPECT_EQ(repeated_tail(Ids{9, 4, 5, 4, 5, 4, 5}), 4U);
  EXPECT_EQ(repeated_tail(Ids{7, 7, 7, 7, 7}), 4U);
}

TEST(RepeatedTail, PeopleDoRepeatThemselvesALittle) {
  EXPECT_EQ(repeated_tail(Ids{4, 5, 4, 5}), 0U);
  EXPECT_EQ(repeated_tail(Ids{7, 7, 7}), 0U);
  EXPECT_EQ(repeated_tail(Ids{}), 0U);
}

TEST(TokenLimit, FollowsTheLengthOfTheAudio) {
  EXPECT_EQ(token_limit(0), 8U);
  EXPECT_EQ(token_limit(10 * 16000), 69U);
}

}  // namespace
}  // namespace call_agent::providers::local
