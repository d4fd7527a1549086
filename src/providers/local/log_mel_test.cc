#include "providers/local/log_mel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace call_agent::providers::local {
namespace {

constexpr double kPi = std::numbers::pi;

std::vector<float> tone(double hertz, std::size_t samples) {
  std::vector<float> audio(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    audio[i] = static_cast<float>(0.3 * std::sin(2 * kPi * hertz * static_cast<double>(i) / LogMel::kRate));
  }
  return audio;
}

std::size_t loudest_band(const std::vector<float>& mel, std::size_t frame) {
  std::size_t best = 0;
  for (std::size_t band = 1; band < LogMel::kBands; ++band) {
    if (mel[band * LogMel::kFrames + frame] > mel[best * LogMel::kFrames + frame]) best = band;
  }
  return best;
}

/// One value by the definition, in doubles: the direct Fourier sum and the Slaney filter of one band.
double energy_by_definition(const std::vector<double>& frame, std::size_t band) {
  const auto hertz = [](double mel) { return mel < 15 ? 200 * mel / 3 : 1000 * std::pow(6.4, (mel - 15) / 27); };
  const double top = 15 + std::log(8.0) * 27 / std::log(6.4);
  const double low = hertz(top * static_cast<double>(band) / 81);
  const double middle = hertz(top * static_cast<double>(band + 1) / 81);
  const double high = hertz(top * static_cast<double>(band + 2) / 81);
  double energy = 0;
  for (int bin = 0; bin <= 200; ++bin) {
    std::complex<double> sum = 0;
    for (int i = 0; i < 400; ++i) {
      const double hann = 0.5 - 0.5 * std::cos(2 * kPi * i / 400);
      sum += frame[static_cast<std::size_t>(i)] * hann * std::polar(1.0, -2 * kPi * i * bin / 400);
    }
    const double at = 40.0 * bin;
    const double weight = std::min((at - low) / (middle - low), (high - at) / (high - middle));
    energy += std::max(0.0, weight) * 2 / (high - low) * std::norm(sum);
  }
  return energy;
}

TEST(LogMel, EqualsTheDefinition) {
  std::vector<float> audio = tone(440, LogMel::kSamples);
  const auto more = tone(2710, LogMel::kSamples);
  for (std::size_t i = 0; i < audio.size(); ++i) audio[i] += more[i] * static_cast<float>(i % 1000) / 1000;
  double mean = 0;
  for (const float sample : audio) mean += sample / static_cast<double>(LogMel::kSamples);
  double variance = 0;
  for (const float sample : audio) variance += (sample - mean) * (sample - mean) / LogMel::kSamples;

  const auto mel = LogMel()(audio);
  ASSERT_EQ(mel.size(), LogMel::kBands * LogMel::kFrames);
  for (const std::size_t frame : {2U, 333U, 797U}) {
    std::vector<double> samples(400);
    for (std::size_t i = 0; i < 400; ++i) {
      samples[i] = (audio[frame * 160 + i - 200] - mean) / std::sqrt(variance + 1e-7);
    }
    for (const std::size_t band : {0U, 11U, 47U, 79U}) {
      const double expected = (std::log10(energy_by_definition(samples, band)) + 4) / 4;
      const double lowest = (*std::ranges::min_element(mel));
      EXPECT_NEAR(mel[band * LogMel::kFrames + frame], std::max(expected, lowest), 1e-3) << frame << ' ' << band;
    }
  }
}

TEST(LogMel, AToneSoundsInItsBand) {
  const LogMel spectrogram;
  EXPECT_EQ(loudest_band(spectrogram(tone(200, LogMel::kSamples)), 400), 4U);
  EXPECT_GT(loudest_band(spectrogram(tone(4000, LogMel::kSamples)), 400), 55U);
}

TEST(LogMel, ShortAudioIsPrecededBySilence) {
  const LogMel spectrogram;
  const auto audio = tone(500, LogMel::kRate);
  std::vector<float> padded(LogMel::kSamples);
  std::ranges::copy(audio, padded.end() - LogMel::kRate);
  const auto mel = spectrogram(audio);
  const auto same = spectrogram(padded);
  for (std::size_t i = 0; i < mel.size(); ++i) ASSERT_NEAR(mel[i], same[i], 1e-4) << i;
}

TEST(LogMel, OnlyTheLastEightSecondsCount) {
  const LogMel spectrogram;
  const auto audio = tone(500, LogMel::kSamples + 4000);
  EXPECT_EQ(spectrogram(audio), spectrogram(std::span(audio).last(LogMel::kSamples)));
}

TEST(LogMel, SilenceAndNothingAreFinite) {
  for (const float value : LogMel()({})) ASSERT_FLOAT_EQ(value, -1.5F);
  const auto mel = LogMel()(std::vector<float>(100, 1.0F));
  EXPECT_TRUE(std::ranges::all_of(mel, [](float value) { return std::isfinite(value); }));
}

}  // namespace
}  // namespace call_agent::providers::local
