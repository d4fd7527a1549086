#pragma once

#include <optional>

#include "core/clock.h"
#include "core/result.h"

namespace call_agent::agent {

/// Tells when somebody starts, pauses, resumes and ends speaking, from the VAD's probabilities.
///
/// Does no I/O, starts no timer and reads no clock: time is the audio pushed so far. A recorded call therefore replays
/// to the same events, and a test covers an hour of speech in microseconds. Not thread-safe.
class Endpointer {
 public:
  struct Options {
    milliseconds window{32};      ///< Audio covered by one push().
    float enter = 0.5F;           ///< Probability in [0, 1] at which speech may begin or resume.
    float leave = 0.35F;          ///< Below this a window is silence; <= enter.
    milliseconds min_speech{96};  ///< Shorter bursts are noise.
    float sure = 0.7F;            ///< Probability at which a single window is an onset.
    milliseconds min_onset{64};   ///< So much above `enter` is one as well; <= min_speech.
    /// Silence that is a pause: worth asking whether the turn is over, so that the answer is there when it is needed.
    /// The VAD itself lets go of speech 30-60 ms late, so this is about 140 ms of true silence.
    milliseconds min_pause{96};
    milliseconds min_silence{480};  ///< Silence that ends speech; >= min_pause.
  };

  struct Event {
    enum class Kind { kStarted, kPaused, kResumed, kEnded };
    Kind kind;
    /// Where it happened, in audio pushed: of started and resumed the first speech, of paused and ended the end of the
    /// last speech. Always earlier than position(): that is what deciding cost.
    milliseconds at;
  };

  /// Errors: kInvalidArgument if a duration is not positive, min_silence < min_pause,
  /// min_onset > min_speech, or not 0 <= leave <= enter <= sure <= 1.
  static Result<Endpointer> create(const Options& options);

  /// Feeds the speech probability of the next window. Never blocks, never allocates.
  std::optional<Event> push(float probability) noexcept;

  milliseconds position() const noexcept { return position_; }
  /// Whether the last window sounded like speech: too little yet to be an event, enough to wait one more window
  /// before talking into it.
  bool voiced() const noexcept { return voiced_; }
  /// Whether speech probably begins: enough to pause a voice for, too little to know that it was no click.
  bool onset() const noexcept { return onset_; }

 private:
  enum class State { kSilent, kSpeaking, kPaused };
  explicit Endpointer(const Options& options) : options_(options) {}

  Options options_;
  State state_ = State::kSilent;
  milliseconds position_{0};
  milliseconds run_of_speech_{0};  // While silent or paused.
  milliseconds last_speech_{0};    // End of the last window that was speech, while not silent.
  bool voiced_ = false;
  bool onset_ = false;
};

}  // namespace call_agent::agent
