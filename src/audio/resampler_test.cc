#include "audio/resampler.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "audio/level.h"
#include "audio/tones.h"

namespace call_agent::audio {
namespace {

struct Rates {
  int from;
  int to;
};

class ResamplerRates : public testing::TestWithParam<Rates> {};

std::vector<Sample> sine(double hz, int rate, milliseconds length) {
  return tone(std::array{hz}, length, rate, 0.5);
}

// The level of `audio` without its first and last 20 ms.
double middle_dbfs(std::span<const Sample> audio, int rate) {
  const auto edge = static_cast<std::size_t>(rate / 50);
  return dbfs(audio.subspan(edge, audio.size() - 2 * edge));
}

TEST_P(ResamplerRates, KeepsAToneAndItsLevel) {
  const auto [from, to] = GetParam();
  const auto in = sine(1000, from, milliseconds(500));
  const auto out = resample(in, from, to);
  ASSERT_TRUE(out);
  EXPECT_NEAR(static_cast<double>(out->size()), 0.5 * to, 1);
  EXPECT_NEAR(middle_dbfs(*out, to), middle_dbfs(in, from), 0.05);
  // The same tone computed at the new rate differs by less than -60 dBFS: frequency, phase and alignment are right.
  const auto want = sine(1000, to, milliseconds(500));
  std::vector<Sample> difference(std::min(out->size(), want.size()));
  for (std::size_t i = 0; i < difference.size(); ++i) difference[i] = static_cast<Sample>((*out)[i] - want[i]);
  EXPECT_LT(middle_dbfs(difference, to), -60);
}

TEST_P(ResamplerRates, FramesComeOutWhole) {
  const auto [from, to] = GetParam();
  auto resampler = Resampler::create(from, to);
  ASSERT_TRUE(resampler);
  const std::vector<Sample> ten_ms(static_cast<std::size_t>(from / 100), 100);
  std::size_t total = 0;
  for (int frame = 1; frame <= 100; ++frame) {
    total += resampler->push(ten_ms).size();
    const double exact = static_cast<double>(ten_ms.size()) * frame * to / from;
    ASSERT_NEAR(static_cast<double>(total), exact, 1.001) << "no burst, nothing held back";
  }
}

TEST_P(ResamplerRates, SizesOfPushesDoNotMatter) {
  const auto [from, to] = GetParam();
  const auto in = sine(440, from, milliseconds(100));
  auto whole = Resampler::create(from, to);
  auto parts = Resampler::create(from, to);
  ASSERT_TRUE(whole && parts);
  const auto all = whole->push(in);
  std::vector<Sample> pieces;
  std::size_t size = 1;
  for (std::size_t at = 0; at < in.size(); at += size, size = size * 2 % 97 + 1) {
    const auto out = parts->push(std::span(in).subspan(at, std::min(size, in.size() - at)));
    pieces.insert(pieces.end(), out.begin(), out.end());
  }
  EXPECT_EQ(std::vector<Sample>(all.begin(), all.end()), pieces);
}

INSTANTIATE_TEST_SUITE_P(Telephony, ResamplerRates,
                         testing::Values(Rates{8000, 16000}, Rates{16000, 8000}, Rates{24000, 16000},
                                         Rates{24000, 8000}, Rates{22050, 8000}, Rates{22050, 16000},
                                         Rates{16000, 24000}, Rates{48000, 16000}, Rates{16000, 48000},
                                         Rates{44100, 8000}, Rates{16000, 16000}));

TEST(Resampler, WhatTheLowerRateCannotCarryIsRemoved) {
  const auto hiss = sine(5500, 16000, milliseconds(500));
  const auto out = resample(hiss, 16000, 8000);
  ASSERT_TRUE(out);
  EXPECT_LT(middle_dbfs(*out, 8000), -75);
}

TEST(Resampler, LoudSoundIsClippedNotWrapped) {
  std::vector<Sample> square(1600);
  for (std::size_t i = 0; i < square.size(); ++i) square[i] = i / 20 % 2 == 0 ? 32767 : -32768;
  const auto out = resample(square, 16000, 48000);
  ASSERT_TRUE(out);
  for (std::size_t i = 600; i + 600 < out->size(); ++i) {
    const bool near_edge = i % 60 < 6 || i % 60 > 54;
    if (!near_edge) EXPECT_GT(std::abs((*out)[i]), 25000) << i;
  }
}

TEST(Resampler, ItsDelayIsShort) {
  EXPECT_DOUBLE_EQ(Resampler::create(16000, 24000)->delay_ms(), 1.5);
  EXPECT_DOUBLE_EQ(Resampler::create(24000, 16000)->delay_ms(), 1.5);
  EXPECT_DOUBLE_EQ(Resampler::create(8000, 16000)->delay_ms(), 3);
  EXPECT_DOUBLE_EQ(Resampler::create(16000, 16000)->delay_ms(), 0);
}

TEST(Resampler, RefusesRatesItCannotServe) {
  EXPECT_EQ(Resampler::create(0, 16000).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(Resampler::create(16000, 1 << 20).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(Resampler::create(44100, 44101).error().code, Errc::kInvalidArgument);
}

}  // namespace
}  // namespace call_agent::audio
