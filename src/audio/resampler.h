#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "audio/sample.h"
#include "core/result.h"

namespace call_agent::audio {

/// Converts a stream of mono audio from one sample rate to another.
///
/// A polyphase Kaiser-windowed sinc (stop band below -75 dB, flat to 0.42 of the lower rate). A library such as soxr
/// filters by blocks and hands out its first samples 20 to 100 ms late and in bursts; here every push() answers with
/// all the audio it covers, late by delay_ms() alone, which a conversation notices.
///
/// Not thread-safe. Allocates only in create() and while a push() is larger than any before it.
class Resampler {
 public:
  static constexpr int kLowestRate = 4000;
  static constexpr int kHighestRate = 192000;

  /// Rates in Hz. Errors: kInvalidArgument if one is out of range, or their ratio needs more than 1280 phases.
  static Result<Resampler> create(int from_hz, int to_hz);

  /// The audio that `input` completes: over time exactly to_hz / from_hz samples for each one pushed.
  /// Valid until the next call.
  std::span<const Sample> push(std::span<const Sample> input);

  /// Forgets what was pushed, as if just created.
  void reset();

  /// How much later a sound leaves than it came: 1.5 ms at 16 kHz, 3 ms at 8 kHz, 0 if the rates are equal.
  double delay_ms() const;

 private:
  friend Result<std::vector<Sample>> resample(std::span<const Sample> audio, int from_hz, int to_hz);
  Resampler(int from_hz, int to_hz, std::size_t up, std::size_t down);
  Sample filtered(std::size_t first, std::size_t phase) const;

  int from_hz_;
  std::size_t up_;  ///< to_hz / from_hz = up / down, in lowest terms.
  std::size_t down_;
  std::size_t taps_ = 0;        ///< Of one phase.
  std::vector<float> kernel_;   ///< up_ phases of taps_ each, in the order of `pending_`.
  std::vector<float> pending_;  ///< The last taps_ - 1 samples, then those not consumed yet.
  std::size_t position_ = 0;    ///< Of the next output, in 1/up_ of an input sample from the start of pending_.
  std::vector<Sample> output_;
};

/// A whole recording at once, aligned in time: the delay is taken off, the tail is kept.
/// Errors: as Resampler::create().
Result<std::vector<Sample>> resample(std::span<const Sample> audio, int from_hz, int to_hz);

}  // namespace call_agent::audio
