#include "audio/tones.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/level.h"

namespace call_agent::audio {
namespace {

constexpr std::array<double, 8> kDtmfHz{697, 770, 852, 941, 1209, 1336, 1477, 1633};
constexpr std::string_view kDtmfKeys = "123A456B789C*0#D";

constexpr double kDtmfBlockSeconds = 0.01275;
constexpr double kLeastRms = 160;    // -46 dBFS: Q.24 hears keys down to about -30 dBm0.
constexpr double kLeastShare = 0.7;  // Of a block's energy in the two frequencies.
constexpr double kMostTwist = 8;     // Ratio of the two energies: 9 dB.
constexpr double kLeastAbove = 5;    // Ratio to the next frequency of the same group: 7 dB.

constexpr double kBeepBlockSeconds = 0.02;
constexpr double kBeepLeastRms = 300;
constexpr double kBeepMostSpread = 120;  // Hz: how far the energy may lie from one sine.
constexpr double kBeepMostDrift = 40;    // Hz between neighbouring blocks.

std::size_t samples(milliseconds length, int rate) {
  return static_cast<std::size_t>(length.count()) * static_cast<std::size_t>(rate) / 1000;
}

std::size_t samples(double seconds, int rate) {
  return static_cast<std::size_t>(std::lround(seconds * rate));
}

/// Energy of `audio` at one frequency, scaled so that a pure sine gives the sum of its squares.
double goertzel(std::span<const Sample> audio, double coefficient) {
  double last = 0;
  double before = 0;
  for (const Sample sample : audio) {
    const double next = coefficient * last - before + sample;
    before = last;
    last = next;
  }
  const double power = last * last + before * before - coefficient * last * before;
  return 2 * power / static_cast<double>(audio.size());
}

/// Index of the strongest of four, if it stands out.
std::optional<std::size_t> winner(std::span<const double, 4> energies) {
  const auto best = std::max_element(energies.begin(), energies.end());
  for (auto other = energies.begin(); other != energies.end(); ++other) {
    if (other != best && *best < *other * kLeastAbove) return std::nullopt;
  }
  return static_cast<std::size_t>(best - energies.begin());
}

}  // namespace

std::vector<Sample> tone(std::span<const double> frequencies_hz, milliseconds length, int rate, double level) {
  std::vector<Sample> out(samples(length, rate));
  const std::size_t ramp = std::min(out.size() / 2, samples(milliseconds(5), rate));
  for (std::size_t i = 0; i < out.size(); ++i) {
    double value = 0;
    for (const double hz : frequencies_hz) {
      value += std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / rate);
    }
    const std::size_t edge = std::min(i, out.size() - 1 - i);
    if (edge < ramp) value *= static_cast<double>(edge) / static_cast<double>(ramp);
    out[i] = static_cast<Sample>(std::lround(std::clamp(value * level, -1.0, 1.0) * 32767));
  }
  return out;
}

std::vector<Sample> silence(milliseconds length, int rate) {
  return std::vector<Sample>(samples(length, rate), 0);
}

Result<std::vector<Sample>> dtmf(char digit, milliseconds length, int rate) {
  const std::size_t key = kDtmfKeys.find(digit);
  if (key == std::string_view::npos) return fail(Errc::kInvalidArgument, "a DTMF digit is one of 0-9 * # A-D");
  return tone(std::array{kDtmfHz[key / 4], kDtmfHz[4 + key % 4]}, length, rate);
}

std::vector<Sample> ringback(int rate) {
  auto out = tone(std::array{440.0, 480.0}, milliseconds(2000), rate);
  out.resize(out.size() + samples(milliseconds(4000), rate), 0);
  return out;
}

std::vector<Sample> special_information_tone(int rate) {
  std::vector<Sample> out;
  for (const double hz : {950.0, 1400.0, 1800.0}) {
    const auto part = tone(std::array{hz}, milliseconds(330), rate);
    out.insert(out.end(), part.begin(), part.end());
  }
  return out;
}

DtmfDetector::DtmfDetector(int rate) : block_size_(samples(kDtmfBlockSeconds, rate)) {
  for (std::size_t i = 0; i < kDtmfHz.size(); ++i) {
    coefficients_[i] = 2 * std::cos(2 * std::numbers::pi * kDtmfHz[i] / rate);
  }
  pending_.reserve(block_size_);
}

std::string_view DtmfDetector::push(std::span<const Sample> audio) {
  heard_.clear();
  while (!audio.empty()) {
    const std::size_t take = std::min(audio.size(), block_size_ - pending_.size());
    pending_.insert(pending_.end(), audio.begin(), audio.begin() + static_cast<std::ptrdiff_t>(take));
    audio = audio.subspan(take);
    if (pending_.size() < block_size_) break;
    const auto key = block();
    pending_.clear();
    if (key != reported_) {
      if (!key || key != previous_) {
        reported_.reset();
      } else {
        heard_.push_back(*key);
        reported_ = key;
      }
    }
    previous_ = key;
  }
  return {heard_.data(), heard_.size()};
}

std::optional<char> DtmfDetector::block() const {
  const double level = rms(pending_);
  if (level < kLeastRms) return std::nullopt;
  std::array<double, 8> energies{};
  for (std::size_t i = 0; i < energies.size(); ++i) energies[i] = goertzel(pending_, coefficients_[i]);
  const auto low = winner(std::span(energies).first<4>());
  const auto high = winner(std::span(energies).last<4>());
  if (!low || !high) return std::nullopt;
  const double low_energy = energies[*low];
  const double high_energy = energies[4 + *high];
  if (low_energy > kMostTwist * high_energy || high_energy > kMostTwist * low_energy) return std::nullopt;
  const double total = level * level * static_cast<double>(pending_.size());
  if (low_energy + high_energy < kLeastShare * total) return std::nullopt;
  return kDtmfKeys[*low * 4 + *high];
}

BeepDetector::BeepDetector(int rate) : rate_(rate), block_size_(samples(kBeepBlockSeconds, rate)) {
  pending_.reserve(block_size_);
}

std::optional<BeepDetector::Beep> BeepDetector::push(std::span<const Sample> audio) {
  std::optional<Beep> ended;
  while (!audio.empty()) {
    const std::size_t take = std::min(audio.size(), block_size_ - pending_.size());
    pending_.insert(pending_.end(), audio.begin(), audio.begin() + static_cast<std::ptrdiff_t>(take));
    audio = audio.subspan(take);
    if (pending_.size() < block_size_) break;
    const auto frequency = block_frequency();
    pending_.clear();
    if (frequency && blocks_ > 0 && std::abs(*frequency - frequency_hz_) <= kBeepMostDrift) {
      ++blocks_;
      continue;
    }
    if (sounding() >= kShortest) ended = Beep{frequency_hz_, sounding()};
    blocks_ = frequency ? 1 : 0;
    frequency_hz_ = frequency.value_or(0);
  }
  return ended;
}

milliseconds BeepDetector::sounding() const {
  return milliseconds(blocks_ * block_size_ * 1000 / static_cast<std::size_t>(rate_));
}

/// A sine obeys x[n+k] + x[n-k] = 2 cos(kw) x[n]. The cosine by least squares gives the frequency; what is left over,
/// divided by the slope of the cosine there, is how widely the energy is spread around it. The lag k brings every rate
/// to steps of 1/8000 s, where neither noise nor nearness of frequencies blurs the answer.
std::optional<double> BeepDetector::block_frequency() const {
  if (rms(pending_) < kBeepLeastRms) return std::nullopt;
  const std::size_t lag = std::max<std::size_t>(1, static_cast<std::size_t>(rate_) / 8000);
  double cross = 0;
  double centre = 0;
  double outer = 0;
  for (std::size_t n = lag; n + lag < pending_.size(); ++n) {
    const double sum = double{1} * pending_[n - lag] + pending_[n + lag];
    cross += sum * pending_[n];
    centre += double{1} * pending_[n] * pending_[n];
    outer += sum * sum;
  }
  if (centre <= 0) return std::nullopt;
  const double cosine = cross / centre / 2;
  if (std::abs(cosine) >= 1) return std::nullopt;
  const double hz_per_radian = rate_ / (2 * std::numbers::pi * static_cast<double>(lag));
  const double hz = std::acos(cosine) * hz_per_radian;
  if (hz < kLowestHz || hz > kHighestHz) return std::nullopt;
  const double residual = std::max(0.0, outer - 2 * cosine * cross) / centre;
  const double spread_hz = std::sqrt(residual / (4 * (1 - cosine * cosine))) * hz_per_radian;
  return spread_hz > kBeepMostSpread ? std::nullopt : std::optional(hz);
}

}  // namespace call_agent::audio
