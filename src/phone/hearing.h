#pragma once

#include <cstdint>
#include <optional>

#include "core/clock.h"

namespace call_agent::phone {

/// Follows when the other side speaks, from one decision a packet: voiced or not. Times are from the answer.
/// Pure: packets and ticks come with their time.
class Ear {
 public:
  /// Silence that ends a stretch of speech: the figure of the measurements this phone is compared with.
  static constexpr milliseconds kHangover{400};
  /// How long after its last voiced packet the other side still counts as being in the middle of a word.
  static constexpr milliseconds kRecent{100};

  enum class Change : std::uint8_t { kNone, kStarted, kEnded };

  /// A packet of 20 ms arrived.
  Change packet(milliseconds now, bool voiced);
  /// Time passed. kEnded once per stretch.
  Change tick(milliseconds now);

  bool speaking() const { return speaking_since_.has_value(); }
  std::optional<milliseconds> speaking_since() const { return speaking_since_; }
  /// Speaking, and voiced within kRecent.
  bool voiced_just_now(milliseconds now) const;
  std::optional<milliseconds> last_voiced() const { return last_voiced_; }
  /// Voiced packets so far.
  std::uint64_t voiced_packets() const { return voiced_packets_; }

 private:
  std::optional<milliseconds> speaking_since_;
  std::optional<milliseconds> last_voiced_;
  std::uint64_t voiced_packets_ = 0;
};

/// Measures how the other side takes turns with this one.
class LatencyMeter {
 public:
  /// The first or last voiced frame of something this side says leaves now.
  void said_first_voiced(milliseconds now, const Ear& ear);
  void said_last_voiced(milliseconds now, const Ear& ear);
  /// The other side is heard, before `ear` is told: from the end of this side's words to the first of its answer.
  /// Only where it was silent when this side finished.
  std::optional<milliseconds> heard_voiced(milliseconds now);
  /// The other side was found to have stopped: from this side's first word to its last one. Only where this side began
  /// to speak over it.
  std::optional<milliseconds> heard_end(const Ear& ear);

 private:
  std::optional<milliseconds> finished_at_;
  std::optional<milliseconds> spoke_over_at_;
};

}  // namespace call_agent::phone
