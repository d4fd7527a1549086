#include "providers/local/speech_segment.h"

#include <gtest/gtest.h>

namespace call_agent::providers::local {
namespace {

using Audio = std::vector<std::int16_t>;
constexpr std::size_t kSecond = SpeechSegment::kRate;

TEST(SpeechSegment, ShortSpeechStaysInOnePiece) {
  SpeechSegment segment;
  segment.push(Audio(5 * kSecond, 1000));
  EXPECT_EQ(segment.audio().size(), 5 * kSecond);
  EXPECT_FALSE(segment.cut());
}

TEST(SpeechSegment, LongSpeechIsCutWhereItIsQuietest) {
  Audio audio(14 * kSecond, 1000);
  std::fill_n(audio.begin() + 6 * kSecond, kSecond / 5, std::int16_t{10});
  SpeechSegment segment;
  segment.push(audio);
  const auto cut = segment.cut();
  ASSERT_TRUE(cut);
  EXPECT_GT(*cut, 6 * kSecond);
  EXPECT_LT(*cut, 6 * kSecond + kSecond / 5);

  segment.take(*cut);
  EXPECT_EQ(segment.begin(), *cut);
  EXPECT_EQ(segment.audio().size(), 14 * kSecond - *cut);
  EXPECT_FALSE(segment.cut());
}

TEST(SpeechSegment, EvenLoudSpeechIsCutBeforeItIsTooLong) {
  SpeechSegment segment;
  segment.push(Audio(14 * kSecond, 1000));
  EXPECT_LE(segment.cut().value_or(SIZE_MAX), SpeechSegment::kLongestPiece);
}

TEST(SpeechSegment, DropsTheOldestWhenNobodyTranscribes) {
  SpeechSegment segment;
  for (int second = 0; second < 40; ++second) segment.push(Audio(kSecond, static_cast<std::int16_t>(second)));
  EXPECT_LE(segment.audio().size(), SpeechSegment::kMost);
  EXPECT_EQ(segment.audio().back(), 39);
  EXPECT_EQ(segment.dropped() + segment.audio().size(), 40 * kSecond);
  EXPECT_EQ(segment.begin(), segment.dropped());

  segment.clear();
  EXPECT_EQ(segment.audio().size() + segment.begin() + segment.dropped(), 0U);
}

TEST(SpeechSegment, OnePushMayBeLongerThanAll) {
  SpeechSegment segment;
  segment.push(Audio(100 * kSecond, 3));
  EXPECT_LE(segment.audio().size(), SpeechSegment::kMost);
  EXPECT_EQ(segment.dropped() + segment.audio().size(), 100 * kSecond);
}

}  // namespace
}  // namespace call_agent::providers::local
