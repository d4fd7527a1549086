#include "audio/level.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "audio/tones.h"

namespace call_agent::audio {
namespace {

TEST(Level, OfNothingAndOfSilence) {
  EXPECT_EQ(rms({}), 0);
  EXPECT_EQ(dbfs({}), kSilenceDbfs);
  EXPECT_EQ(dbfs(std::vector<Sample>(160, 0)), kSilenceDbfs);
}

TEST(Level, OfASquareWaveAndASine) {
  const std::vector<Sample> square(160, -32768);
  EXPECT_DOUBLE_EQ(rms(square), 32768);
  EXPECT_DOUBLE_EQ(dbfs(square), 0);
  const auto sine = tone(std::array{1000.0}, milliseconds(1000), 8000, 1.0);
  EXPECT_NEAR(dbfs(sine), -3.0, 0.1);
}

TEST(Level, SpeechLevelsAreVoicedAndCodecNoiseIsNot) {
  EXPECT_TRUE(voiced(tone(std::array{300.0}, milliseconds(32), 8000, 0.1)));
  EXPECT_FALSE(voiced(std::vector<Sample>(256, 8)));
}

}  // namespace
}  // namespace call_agent::audio
