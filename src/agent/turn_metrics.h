#pragma once

#include <optional>

#include "core/clock.h"
#include "core/json.h"

namespace call_agent::agent {

/// Where the time of one reply went, from the callee's last sound to the agent's first. Every point comes from the one
/// monotonic clock and is passed in; a span is reported only if both its ends are known.
class TurnMetrics {
 public:
  /// The callee fell silent at `last_sound`; forgets what an earlier pause began.
  void paused(TimePoint last_sound);
  void transcript_asked(TimePoint at) { sheet_.transcript_asked = at; }
  void transcribed(TimePoint at);
  void turn_over(TimePoint at) { sheet_.turn_over = at; }
  void reply_asked(TimePoint at);
  void reply_piece(TimePoint at);
  /// The agent is heard: what it says now answers the turn that was over last, if one was since it last spoke.
  void voice_started(TimePoint at);

  /// The metrics of what the agent said, now that it has; whatever the callee does meanwhile is the next turn's.
  /// Integers in milliseconds, never negative. `tts_first_audio` as the voice measured it.
  Json take(std::optional<milliseconds> tts_first_audio);

 private:
  struct Sheet {
    std::optional<TimePoint> last_sound, transcript_asked, turn_over, reply_asked, first_piece;
    std::optional<milliseconds> stt;
  };
  Sheet sheet_;
  Json heard_ = Json::object();  // Of the voice that is heard.
};

}  // namespace call_agent::agent
