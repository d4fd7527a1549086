#include "agent/echo_detector.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace call_agent::agent {
namespace {

// Below 1.7 kHz there is most of a voice, and what codecs alter least.
constexpr int kRate = 4000;
constexpr std::int64_t kPerMillisecond = kRate / 1000;
constexpr std::int64_t kReachSamples = EchoDetector::kReach.count() * kPerMillisecond;
constexpr std::size_t kWindowSamples = kVadWindow * kRate / kListenRate;
constexpr std::size_t kContextSamples = 8 * kWindowSamples;  // What is kept of the callee, at least.
constexpr milliseconds kWindow{kVadWindow * 1000 / kListenRate};
// The low notes are strong, much alike in everybody, and cut off by the telephone.
constexpr float kEmphasis = 0.9F;
constexpr std::size_t kTaps = 8;    // 2 ms of the path.
constexpr std::int64_t kDrift = 4;  // Samples a delay may change by from one window to the next.
// A jitter buffer that grows or shrinks repeats or drops a period of the voice, and may do so several times in a row.
constexpr std::int64_t kStretching = 25 * kPerMillisecond;
constexpr double kQuietest = 8 * 8;  // Mean square of a sample below which there is nothing to compare.

// Shares of the energy, from trials with synthetic voices and real calls (docs/adr/0010).
constexpr double kKept = 0.7;         // Of what was heard last, at the known delay or one a little off it.
constexpr double kSuspect = 0.7;      // Of one window, at any delay; of somebody else's first it is 0.63 at p95.
constexpr double kHalfAsWell = 0.75;  // Of the share found in the whole, in each half of it.
constexpr double kLouder = 1.4;       // Than expected, and still echo alone, where a room blurs the match.
constexpr double kDying = 0.4;        // Of a sound's energy is left in the room one window later.
constexpr double kFading = 0.8;       // Of what is known of the level, with each window.
constexpr int kTrusted = 4;
constexpr int kMostTrust = 8;

// What it takes to believe in a delay that is new: the less sound, the better a match.
struct Evidence {
  std::size_t samples;
  double share;
};
constexpr std::array<Evidence, 3> kEvidence{
    {{2 * kWindowSamples, 0.9}, {4 * kWindowSamples, 0.8}, {8 * kWindowSamples, 0.65}}};

double dot(const float* one, const float* other, std::size_t count) {
  // Several sums, so that the loop is not one long chain of dependent additions. `count` is a multiple of them.
  std::array<float, 16> sums{};
  for (std::size_t i = 0; i < count; i += sums.size()) {
    for (std::size_t lane = 0; lane < sums.size(); ++lane) sums[lane] += one[i + lane] * other[i + lane];
  }
  double sum = 0;
  for (const float part : sums) sum += static_cast<double>(part);
  return sum;
}

void append_emphasised(std::vector<float>& to, std::span<const Sample> audio, float& before) {
  for (const Sample sample : audio) {
    const auto value = static_cast<float>(sample);
    to.push_back(value - kEmphasis * std::exchange(before, value));
  }
}

using Vector = std::array<double, kTaps>;
using Matrix = std::array<Vector, kTaps>;

// b' A^-1 b for a symmetric positive definite A, of which the lower half is read: |L^-1 b|^2 by Cholesky's A = L L'.
double quadratic_form(const Matrix& a, const Vector& b) {
  Matrix lower{};
  Vector solved{};
  double sum = 0;
  for (std::size_t row = 0; row < kTaps; ++row) {
    for (std::size_t column = 0; column <= row; ++column) {
      double rest = a[row][column];
      for (std::size_t k = 0; k < column; ++k) rest -= lower[row][k] * lower[column][k];
      lower[row][column] = row == column ? std::sqrt(rest) : rest / lower[column][column];
    }
    double rest = b[row];
    for (std::size_t k = 0; k < row; ++k) rest -= lower[row][k] * solved[k];
    solved[row] = rest / lower[row][row];
    sum += solved[row] * solved[row];
  }
  return sum;
}

}  // namespace

Result<EchoDetector> EchoDetector::create(int voice_rate) {
  auto from_voice = audio::Resampler::create(voice_rate, kRate);
  if (!from_voice) return pass(from_voice);
  auto from_callee = audio::Resampler::create(kListenRate, kRate);
  if (!from_callee) return pass(from_callee);
  return EchoDetector(std::move(*from_voice), std::move(*from_callee));
}

EchoDetector::EchoDetector(audio::Resampler from_voice, audio::Resampler from_callee)
    : from_voice_(std::move(from_voice)), from_callee_(std::move(from_callee)) {}

void EchoDetector::said(milliseconds now, std::span<const Sample> audio) {
  const std::int64_t begin = now.count() * kPerMillisecond;
  if (said_end_ < begin) {
    // Nothing was queued any more: there was a silence.
    const std::int64_t gap = said_.empty() ? 0 : std::min(begin - said_end_, 2 * kReachSamples);
    said_.insert(said_.end(), static_cast<std::size_t>(gap), 0.0F);
    said_end_ = begin;
    said_before_ = 0;
    from_voice_.reset();
  }
  const std::size_t before = said_.size();
  append_emphasised(said_, from_voice_.push(audio), said_before_);
  said_end_ += static_cast<std::int64_t>(said_.size() - before);
  constexpr std::int64_t kKeep = 2 * kReachSamples;
  if (said_.size() > 2 * kKeep) said_.erase(said_.begin(), said_.end() - kKeep);
}

void EchoDetector::silenced(milliseconds now) {
  const std::int64_t surplus = said_end_ - now.count() * kPerMillisecond;
  if (surplus <= 0) return;
  said_.resize(said_.size() - std::min(said_.size(), static_cast<std::size_t>(surplus)));
  said_end_ -= surplus;
  said_before_ = 0;
  from_voice_.reset();
}

bool EchoDetector::within_reach() const {
  return !said_.empty() && said_end_ + kReachSamples + static_cast<std::int64_t>(kContextSamples) > heard_end_;
}

void EchoDetector::heard(milliseconds end, std::span<const Sample, kVadWindow> window) {
  heard_end_ = end.count() * kPerMillisecond;
  if (within_reach()) {
    constexpr auto kKeep = static_cast<std::ptrdiff_t>(kContextSamples);
    if (std::ssize(heard_) > 2 * kKeep) heard_.erase(heard_.begin(), heard_.end() - kKeep);
    append_emphasised(heard_, from_callee_.push(window), heard_before_);
  } else if (!heard_.empty()) {
    said_.clear();
    heard_.clear();
    heard_before_ = 0;
    from_callee_.reset();
  }
}

const float* EchoDetector::sound_of(Stretch stretch) const {
  return heard_.data() + heard_.size() - stretch.before_end - stretch.samples;
}

// What the agent said from the longest lag before the stretch to the shortest lag before its end.
void EchoDetector::lay_out_reference(Stretch stretch, std::int64_t shortest, std::int64_t longest) {
  const std::int64_t stretch_end = heard_end_ - static_cast<std::int64_t>(stretch.before_end);
  const std::int64_t begin = stretch_end - static_cast<std::int64_t>(stretch.samples) - longest;
  const std::int64_t end = stretch_end - shortest;
  const std::int64_t said_begin = said_end_ - static_cast<std::int64_t>(said_.size());
  reference_.assign(static_cast<std::size_t>(end - begin), 0.0F);
  const std::int64_t from = std::max(begin, said_begin), to = std::min(end, said_end_);
  if (from >= to) return;
  std::copy(said_.begin() + (from - said_begin), said_.begin() + (to - said_begin),
            reference_.begin() + (from - begin));
}

// The lag of the highest normalised cross-correlation, of either sign.
std::int64_t EchoDetector::best_lag(Stretch stretch, std::int64_t shortest, std::int64_t longest) {
  const float* const sound = sound_of(stretch);
  lay_out_reference(stretch, shortest, longest);
  const double least = kQuietest * static_cast<double>(stretch.samples);
  double energy = dot(reference_.data(), reference_.data(), stretch.samples);
  std::int64_t best = shortest;
  double best_share = 0;
  for (std::size_t i = 0;; ++i) {
    const std::int64_t lag = longest - static_cast<std::int64_t>(i);
    if (energy > least) {
      const double product = dot(sound, reference_.data() + i, stretch.samples);
      const double share = product * product / energy;
      if (share > best_share) {
        best_share = share;
        best = lag;
      }
    }
    if (lag == shortest) return best;
    const auto leaves = static_cast<double>(reference_[i]);
    const auto enters = static_cast<double>(reference_[i + stretch.samples]);
    energy += enters * enters - leaves * leaves;
  }
}

// The share of the sound that the best filter of kTaps around `lag` makes of what the agent said.
double EchoDetector::explained(Stretch stretch, std::int64_t lag) {
  const float* const sound = sound_of(stretch);
  constexpr auto kHalf = static_cast<std::int64_t>(kTaps / 2);
  lay_out_reference(stretch, lag - kHalf + 1, lag + kHalf);
  Matrix products{};
  Vector with_sound{};
  double most = 0;
  for (std::size_t row = 0; row < kTaps; ++row) {
    with_sound[row] = dot(sound, reference_.data() + row, stretch.samples);
    for (std::size_t column = 0; column <= row; ++column) {
      products[row][column] = dot(reference_.data() + row, reference_.data() + column, stretch.samples);
    }
    most = std::max(most, products[row][row]);
  }
  if (most < kQuietest * static_cast<double>(stretch.samples)) return 0;
  // Outside the band there is next to nothing, and dividing by it would explain anything.
  constexpr double kFloor = 1e-3;
  for (std::size_t row = 0; row < kTaps; ++row) products[row][row] += most * kFloor;
  return quadratic_form(products, with_sound) / std::max(1.0, heard_energy(stretch));
}

double EchoDetector::heard_energy(Stretch stretch) const {
  return dot(sound_of(stretch), sound_of(stretch), stretch.samples);
}

double EchoDetector::said_energy(std::int64_t lag) {
  lay_out_reference({kWindowSamples}, lag, lag);
  return dot(reference_.data(), reference_.data(), kWindowSamples);
}

// Of the echo in the last window, with what still sounds in the room of the windows before.
double EchoDetector::expected_energy() {
  constexpr int kWindowsBack = 4;
  double most = 0, left = 1;
  for (int back = 0; back < kWindowsBack; ++back, left *= kDying) {
    most = std::max(most, left * said_energy(lag_ + back * static_cast<std::int64_t>(kWindowSamples)));
  }
  return most * echo_energy_ / std::max(1.0, voice_energy_);
}

void EchoDetector::found(std::int64_t lag) {
  any_found_ = true;
  lag_ = lag;
  trust_ = std::min(trust_ + 1, kMostTrust);
  echo_energy_ = kFading * echo_energy_ + heard_energy({kWindowSamples});
  voice_energy_ = kFading * voice_energy_ + said_energy(lag);
}

// Whether the last window is echo at the delay that is known, or near it. Until that delay is borne out, one window is
// too little to say.
bool EchoDetector::still_there() {
  const Stretch two{std::min(heard_.size(), 2 * kWindowSamples)};
  const Stretch stretch = trust_ >= kTrusted ? Stretch{kWindowSamples} : two;
  if (const auto lag = best_lag(stretch, lag_ - kDrift, lag_ + kDrift); explained(stretch, lag) >= kKept) {
    found(lag);
    return true;
  }
  if (trust_ > 0) {
    const auto lag = best_lag(two, lag_ - kStretching, lag_ + kStretching);
    if (explained(two, lag) >= kKept) {
      found(lag);
      return true;
    }
  }
  if (trust_ >= kTrusted && heard_energy({kWindowSamples}) <= kLouder * expected_energy()) return true;
  trust_ = std::max(trust_ - 1, 0);
  return false;
}

// A stretch matches if both its halves do as well: a vowel may match by chance, the next sound will not.
bool EchoDetector::matches(std::size_t samples, std::int64_t lag, double least) {
  if (heard_.size() < samples || explained({samples}, lag) < least) return false;
  const std::size_t half = samples / 2;
  return std::min(explained({half, half}, lag), explained({half}, lag)) >= least * kHalfAsWell;
}

// Searches all delays. Returns how much of what was heard last is echo.
milliseconds EchoDetector::find() {
  constexpr Stretch kShortest{kEvidence.front().samples};
  if (heard_.size() < kShortest.samples) return milliseconds{0};
  const std::int64_t lag = best_lag(kShortest, 0, kReachSamples);
  for (const auto& [samples, share] : kEvidence) {
    if (!matches(samples, lag, share)) continue;
    trust_ = 0;
    echo_energy_ = voice_energy_ = 0;
    found(lag);
    return milliseconds{static_cast<std::int64_t>(samples) / kPerMillisecond};
  }
  return milliseconds{0};
}

milliseconds EchoDetector::echo() {
  if (!within_reach() || heard_.size() < kWindowSamples) return milliseconds{0};
  // Sounds like speech and is next to nothing: the VAD still remembers what came before.
  if (heard_energy({kWindowSamples}) < kQuietest * kWindowSamples) return trust_ > 0 ? kWindow : milliseconds{0};
  if (any_found_ && still_there()) return kWindow;
  return find();
}

bool EchoDetector::may_be_echo() {
  constexpr Stretch kLast{kWindowSamples};
  if (!within_reach() || heard_.size() < kWindowSamples) return false;
  return explained(kLast, best_lag(kLast, 0, kReachSamples)) >= kSuspect;
}

std::optional<milliseconds> EchoDetector::delay() const {
  if (trust_ == 0) return std::nullopt;
  return milliseconds{lag_ / kPerMillisecond};
}

}  // namespace call_agent::agent
