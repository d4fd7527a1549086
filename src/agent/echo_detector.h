#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/ports.h"
#include "audio/resampler.h"
#include "core/clock.h"
#include "core/result.h"

namespace call_agent::agent {

/// Recognises the agent's own voice where the callee's line sends it back: a speakerphone, a bad hybrid, a loop. It is
/// nobody speaking, and no interruption.
///
/// What was heard last is laid over what the agent said up to kReach earlier, in the band that every telephone carries.
/// Where they match best, a short linear filter stands for the path (its gain, its phase, a fraction of a sample), and
/// the share of the sound that it explains tells an echo from a person. It takes 64 ms of a clear echo to find its
/// delay, 256 ms in a hollow room; from then on a single window is enough, and who speaks over the echo is heard with
/// their first. A delay that jumps, as it does where a jitter buffer stretches the sound, is followed.
///
/// Does no I/O and reads no clock: times are the callee's audio since the answer. Costs nothing unless the agent spoke
/// within kReach. Not thread-safe.
class EchoDetector {
 public:
  /// The longest delay: our queue, the way out, the telephone, the way back.
  static constexpr milliseconds kReach{1200};

  /// `voice_rate`: Hz of what the agent says. Errors: kInvalidArgument, as audio::Resampler::create().
  static Result<EchoDetector> create(int voice_rate);

  /// At `now` the agent's voice is queued to be played: at once, or after all that was queued before.
  void said(milliseconds now, std::span<const Sample> audio);
  /// What was queued and would be played after `now` is dropped.
  void silenced(milliseconds now);

  /// The callee's next window, which ended at `end`.
  void heard(milliseconds end, std::span<const Sample, kVadWindow> window);
  /// To be asked at most once a window, if it sounds like speech. How much of what was heard last is echo: nothing,
  /// that window, or several where the delay was only just found.
  milliseconds echo();

  /// Whether the last window alone might be one, at a delay that is not known yet: too little to say so, enough to
  /// doubt that somebody begins to speak.
  bool may_be_echo();

  /// How much later than it could first be played the echo comes; empty while there is none.
  std::optional<milliseconds> delay() const;

 private:
  EchoDetector(audio::Resampler from_voice, audio::Resampler from_callee);
  /// A stretch of what was heard: so many samples, so many before the last.
  struct Stretch {
    std::size_t samples;
    std::size_t before_end = 0;
  };
  bool within_reach() const;
  const float* sound_of(Stretch stretch) const;
  void lay_out_reference(Stretch stretch, std::int64_t shortest, std::int64_t longest);
  std::int64_t best_lag(Stretch stretch, std::int64_t shortest, std::int64_t longest);
  double explained(Stretch stretch, std::int64_t lag);
  double heard_energy(Stretch stretch) const;
  double said_energy(std::int64_t lag);
  double expected_energy();
  void found(std::int64_t lag);
  bool still_there();
  bool matches(std::size_t samples, std::int64_t lag, double least);
  milliseconds find();

  audio::Resampler from_voice_, from_callee_;
  // Both at 4 kHz, their high notes raised. Positions are in such samples since the answer.
  std::vector<float> said_;
  std::int64_t said_end_ = 0;
  float said_before_ = 0;  // The last sample, as it was.
  std::vector<float> heard_;
  std::int64_t heard_end_ = 0;
  float heard_before_ = 0;

  std::int64_t lag_ = 0;  // Of the echo found last, if any was.
  bool any_found_ = false;
  int trust_ = 0;                              // In lag_: windows that bore it out, less those that did not.
  double echo_energy_ = 0, voice_energy_ = 0;  // Of those windows, and of what they are the echo of.
  std::vector<float> reference_;               // What the agent said, where it is compared.
};

}  // namespace call_agent::agent
