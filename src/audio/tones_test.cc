#include "audio/tones.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace call_agent::audio {
namespace {

std::vector<Sample> operator+(std::vector<Sample> left, const std::vector<Sample>& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

std::vector<Sample> with_noise(std::vector<Sample> audio, double level) {
  std::mt19937 random(1);
  std::normal_distribution<double> noise(0, level);
  for (auto& sample : audio) sample = static_cast<Sample>(sample + noise(random));
  return audio;
}

/// Something like a vowel: harmonics of a voice that glides.
std::vector<Sample> vowel(int rate, milliseconds length) {
  std::vector<Sample> out(static_cast<std::size_t>(rate) * static_cast<std::size_t>(length.count()) / 1000);
  double phase = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    phase += (120 + 30 * std::sin(static_cast<double>(i) / rate * 5)) / rate;
    double value = 0;
    for (int harmonic = 1; harmonic <= 20; ++harmonic) {
      value += std::sin(2 * 3.14159265 * phase * harmonic) / (1 + std::abs(harmonic - 7));
    }
    out[i] = static_cast<Sample>(value * 4000);
  }
  return out;
}

std::string heard(DtmfDetector& detector, std::span<const Sample> audio, std::size_t frame) {
  std::string keys;
  for (std::size_t at = 0; at < audio.size(); at += frame) {
    keys += detector.push(audio.subspan(at, std::min(frame, audio.size() - at)));
  }
  return keys;
}

class TonesAtRate : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Rates, TonesAtRate, testing::Values(8000, 16000, 24000));

TEST_P(TonesAtRate, EveryKeyIsHeardOnceInOrder) {
  const int rate = GetParam();
  const std::string keys = "1234567890*#ABCD1122";
  std::vector<Sample> line = silence(milliseconds(33), rate);
  for (const char key : keys) line = line + *dtmf(key, milliseconds(70), rate) + silence(milliseconds(50), rate);
  DtmfDetector detector(rate);
  EXPECT_EQ(heard(detector, line, 160), keys);
  DtmfDetector noisy(rate);
  EXPECT_EQ(heard(noisy, with_noise(line, 300), 73), keys);
}

TEST_P(TonesAtRate, SpeechRingingAndOneToneAreNoKeys) {
  const int rate = GetParam();
  DtmfDetector detector(rate);
  EXPECT_EQ(heard(detector, vowel(rate, milliseconds(3000)), 160), "");
  EXPECT_EQ(heard(detector, ringback(rate), 160), "");
  EXPECT_EQ(heard(detector, tone(std::array{697.0}, milliseconds(500), rate), 160), "");
  EXPECT_EQ(heard(detector, special_information_tone(rate), 160), "");
}

TEST_P(TonesAtRate, ABeepIsReportedWhenItEnds) {
  const int rate = GetParam();
  for (const double hz : {850.0, 1000.0, 1400.0, 2090.0}) {
    BeepDetector detector(rate);
    EXPECT_FALSE(detector.push(vowel(rate, milliseconds(1000)) + silence(milliseconds(200), rate)));
    EXPECT_FALSE(detector.push(tone(std::array{hz + 1}, milliseconds(400), rate)));
    EXPECT_NEAR(static_cast<double>(detector.sounding().count()), 380, 40);
    const auto beep = detector.push(silence(milliseconds(60), rate));
    ASSERT_TRUE(beep) << hz;
    EXPECT_NEAR(beep->frequency_hz, hz, 15);
    EXPECT_NEAR(static_cast<double>(beep->length.count()), 380, 40);
    EXPECT_EQ(detector.sounding(), milliseconds(0));
  }
}

TEST_P(TonesAtRate, ABeepIsHeardThroughNoise) {
  const int rate = GetParam();
  BeepDetector detector(rate);
  const auto line = tone(std::array{1000.0}, milliseconds(400), rate) + silence(milliseconds(60), rate);
  EXPECT_TRUE(detector.push(with_noise(line, 150)));
}

TEST_P(TonesAtRate, ShortLowOrMixedTonesAreNoBeep) {
  const int rate = GetParam();
  const auto quiet = silence(milliseconds(100), rate);
  BeepDetector detector(rate);
  EXPECT_FALSE(detector.push(tone(std::array{1000.0}, milliseconds(150), rate) + quiet));
  EXPECT_FALSE(detector.push(tone(std::array{440.0}, milliseconds(500), rate) + quiet));
  EXPECT_FALSE(detector.push(*dtmf('5', milliseconds(500), rate) + quiet));
  EXPECT_FALSE(detector.push(ringback(rate) + quiet));
  EXPECT_FALSE(detector.push(vowel(rate, milliseconds(3000)) + quiet));
}

TEST(Tones, ASpecialInformationToneIsThreeBeeps) {
  BeepDetector detector(8000);
  const auto line = special_information_tone(8000) + silence(milliseconds(100), 8000);
  std::vector<double> beeps;
  for (std::size_t at = 0; at < line.size(); at += 160) {
    const auto beep = detector.push(std::span(line).subspan(at, std::min<std::size_t>(160, line.size() - at)));
    if (beep) beeps.push_back(beep->frequency_hz);
  }
  ASSERT_EQ(beeps.size(), 3U);
  EXPECT_NEAR(beeps[0], 950, 15);
  EXPECT_NEAR(beeps[1], 1400, 15);
  EXPECT_NEAR(beeps[2], 1800, 15);
}

TEST(Tones, OnlyKeysHaveDtmf) {
  EXPECT_EQ(dtmf('E', milliseconds(100), 8000).error().code, Errc::kInvalidArgument);
}

}  // namespace
}  // namespace call_agent::audio
