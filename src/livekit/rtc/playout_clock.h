#pragma once

#include <chrono>
#include <cstdint>
#include <deque>

#include "core/clock.h"

namespace call_agent::livekit::rtc {

/// How much of the audio handed to the library has left its queue, by clock.
///
/// The library drains its queue in real time, 10 ms at a time, and answers a capture once at most `lead` is queued; it
/// never says how much. This follows it from the two moments that are known: handed over, and answered. Exact to
/// about 10 ms.
///
/// Pure: time is a parameter. A frame holds speech first; the last one of a sentence is filled up with silence.
class PlayoutClock {
 public:
  using Duration = std::chrono::microseconds;

  explicit PlayoutClock(Duration lead) : lead_(lead) {}

  /// A frame of `length` joined the queue, `speech` <= length of it written by the agent.
  void handed(TimePoint now, Duration length, Duration speech);
  /// Its capture was answered.
  void answered(TimePoint now);
  /// Nothing more is due: that the queue runs dry now is no underrun.
  void rested() { started_ = false; }
  /// The library's queue was emptied, unplayed.
  void cleared(TimePoint now);

  /// What the library's queue holds.
  Duration queued(TimePoint now) const;
  /// Speech that it still holds.
  Duration unplayed(TimePoint now) const;
  /// Speech played since the last restart().
  Duration played(TimePoint now) const { return handed_speech_ - unplayed(now); }
  /// True if a frame that may still be queued holds speech.
  bool may_hold_speech() const;
  /// Counts played() anew; what is still queued counts when it is played.
  void restart(TimePoint now);

  /// How often the queue had run dry before the next frame of the same speech came.
  std::uint64_t underruns() const { return underruns_; }

 private:
  struct Frame {
    Duration length;
    Duration speech;
  };
  void forget_played();

  const Duration lead_;
  TimePoint empty_at_{};      ///< When the queue runs dry.
  TimePoint handed_at_{};     ///< Of the latest frame.
  bool started_ = false;      ///< Speech is under way.
  std::deque<Frame> recent_;  ///< Those that may still be queued, oldest first.
  Duration handed_speech_{0};
  std::uint64_t underruns_ = 0;
};

}  // namespace call_agent::livekit::rtc
