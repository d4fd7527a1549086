#include "providers/local/voice_level.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace call_agent::providers::local {
namespace {

constexpr VoiceLevel kLevel{.sample_rate = 16000, .gain = 1};

std::vector<float> tone_in_silence(float amplitude) {
  std::vector<float> wave(48000);
  for (std::size_t i = 16000; i < 32000; ++i) wave[i] = amplitude * std::sin(static_cast<float>(i) * 0.2F);
  return wave;
}

TEST(VoiceLevel, TrimsTheSilenceAroundSpeechAndAddsThePauseAskedFor) {
  const auto audio = kLevel.finish(tone_in_silence(0.3F), 0.1F);
  EXPECT_NEAR(static_cast<double>(audio.size()), 16000 + 160 + 800 + 1600, 20);
  EXPECT_TRUE(std::all_of(audio.end() - 1600, audio.end(), [](auto sample) { return sample == 0; }));
}

TEST(VoiceLevel, PeaksAreRoundedOffNotClipped) {
  const auto audio = kLevel.finish(tone_in_silence(3.0F), 0);
  const auto peak = *std::ranges::max_element(audio);
  EXPECT_GT(peak, 31000);
  EXPECT_LT(peak, 32767);
}

TEST(VoiceLevel, OrdinarySpeechPassesUnchanged) {
  const auto audio = kLevel.finish(tone_in_silence(0.5F), 0);
  EXPECT_NEAR(*std::ranges::max_element(audio), 0.5 * 32767, 10);
}

TEST(VoiceLevel, SilenceIsNothing) {
  EXPECT_TRUE(kLevel.finish(std::vector<float>(1000), 0.5F).empty());
  EXPECT_TRUE(kLevel.finish({}, 0.5F).empty());
}

}  // namespace
}  // namespace call_agent::providers::local
