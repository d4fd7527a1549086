#include "audio/resampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace call_agent::audio {
namespace {

constexpr std::size_t kMostPhases = 1280;
constexpr double kHalfWidth = 24;     // Zero crossings on each side, at the lower rate.
constexpr double kCutoff = 0.94;      // Of the lower rate's Nyquist frequency: the middle of the transition band.
constexpr double kKaiserBeta = 7.86;  // 80 dB.

/// Modified Bessel function of the first kind, order 0, by its power series.
double bessel_i0(double x) {
  double sum = 1;
  double term = 1;
  for (int k = 1; term > sum * 1e-12; ++k) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

double sinc(double x) {
  return x == 0 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

}  // namespace

Result<Resampler> Resampler::create(int from_hz, int to_hz) {
  for (const int rate : {from_hz, to_hz}) {
    if (rate < kLowestRate || rate > kHighestRate) {
      return fail(Errc::kInvalidArgument,
                  fmt::format("sample rate {} Hz is not between {} and {}", rate, kLowestRate, kHighestRate));
    }
  }
  const int common = std::gcd(from_hz, to_hz);
  const auto up = static_cast<std::size_t>(to_hz / common);
  const auto down = static_cast<std::size_t>(from_hz / common);
  if (up > kMostPhases) {
    return fail(Errc::kInvalidArgument,
                fmt::format("cannot resample from {} to {} Hz: the rates have no simple ratio", from_hz, to_hz));
  }
  return Resampler(from_hz, to_hz, up, down);
}

Resampler::Resampler(int from_hz, int to_hz, std::size_t up, std::size_t down)
    : from_hz_(from_hz), up_(up), down_(down) {
  if (up_ == down_) return;
  // In input samples: the filter is as wide as the lower rate asks for.
  const double scale = std::min(1.0, static_cast<double>(to_hz) / from_hz);
  const double half = kHalfWidth / scale;
  taps_ = 2 * static_cast<std::size_t>(std::ceil(half));
  kernel_.resize(up_ * taps_);
  const double centre = static_cast<double>(taps_) / 2;
  const double norm = bessel_i0(kKaiserBeta);
  for (std::size_t phase = 0; phase < up_; ++phase) {
    double sum = 0;
    for (std::size_t tap = 0; tap < taps_; ++tap) {
      // Distance from the output instant to this tap's input sample.
      const double at = static_cast<double>(tap) + 1 - centre - static_cast<double>(phase) / static_cast<double>(up_);
      const double edge = at / half;
      const double window = std::abs(edge) >= 1 ? 0 : bessel_i0(kKaiserBeta * std::sqrt(1 - edge * edge)) / norm;
      const double value = scale * kCutoff * sinc(scale * kCutoff * at) * window;
      kernel_[phase * taps_ + tap] = static_cast<float>(value);
      sum += value;
    }
    // Every phase has unit gain, so that a constant stays constant.
    for (std::size_t tap = 0; tap < taps_; ++tap) kernel_[phase * taps_ + tap] /= static_cast<float>(sum);
  }
  reset();
}

void Resampler::reset() {
  pending_.assign(taps_ > 0 ? taps_ - 1 : 0, 0.0F);
  position_ = 0;
}

double Resampler::delay_ms() const {
  return static_cast<double>(taps_) * 500.0 / from_hz_;
}

Sample Resampler::filtered(std::size_t first, std::size_t phase) const {
  const float* const audio = pending_.data() + first;
  const float* const kernel = kernel_.data() + phase * taps_;
  // Four sums, so that the loop is not one long chain of dependent additions.
  float sums[4] = {};
  std::size_t tap = 0;
  for (; tap + 4 <= taps_; tap += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) sums[lane] += audio[tap + lane] * kernel[tap + lane];
  }
  for (; tap < taps_; ++tap) sums[0] += audio[tap] * kernel[tap];
  const float value = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  return static_cast<Sample>(std::lrintf(std::clamp(value, -32768.0F, 32767.0F)));
}

std::span<const Sample> Resampler::push(std::span<const Sample> input) {
  if (up_ == down_) {
    output_.assign(input.begin(), input.end());
    return output_;
  }
  pending_.insert(pending_.end(), input.begin(), input.end());
  output_.clear();
  while (position_ / up_ + taps_ <= pending_.size()) {
    output_.push_back(filtered(position_ / up_, position_ % up_));
    position_ += down_;
  }
  const std::size_t consumed = std::min(position_ / up_, pending_.size() - (taps_ - 1));
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(consumed));
  position_ -= consumed * up_;
  return output_;
}

Result<std::vector<Sample>> resample(std::span<const Sample> audio, int from_hz, int to_hz) {
  auto resampler = Resampler::create(from_hz, to_hz);
  if (!resampler) return pass(resampler);
  const std::size_t delay = resampler->taps_ / 2;
  resampler->position_ = delay * resampler->up_;  // The first output is at the time of the first input.
  const auto body = resampler->push(audio);
  std::vector<Sample> all(body.begin(), body.end());
  const std::vector<Sample> silence(delay, 0);
  const auto tail = resampler->push(silence);
  all.insert(all.end(), tail.begin(), tail.end());
  return all;
}

}  // namespace call_agent::audio
