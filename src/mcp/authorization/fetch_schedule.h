#pragma once

#include <cstdint>
#include <optional>

#include "core/clock.h"

namespace call_agent::mcp {

/// When an issuer's keys are to be fetched (again). Pure: time is a parameter.
class FetchSchedule {
 public:
  struct Options {
    milliseconds fresh{600'000};     ///< So long nobody asks whether they changed.
    milliseconds usable{3'600'000};  ///< So long they serve while the issuer cannot be reached.
    milliseconds pause{30'000};      ///< Between two looks for a key that is not known: tokens are free to make up.
    milliseconds retry{2'000};       ///< After a fetch that failed.
  };
  FetchSchedule() = default;
  explicit FetchSchedule(Options options) : options_(options) {}

  enum class Need : std::uint8_t {
    kNone,
    kBeside,  ///< Fetch, and use the old ones meanwhile.
    kFirst,   ///< Nothing can be told before.
    kLater,   ///< Likewise, and it failed a moment ago.
  };
  Need need(TimePoint now) const {
    const bool rested = !tried_ || now - *tried_ >= options_.retry;
    if (!fetched_ || now - *fetched_ >= options_.usable) return rested ? Need::kFirst : Need::kLater;
    return now - *fetched_ >= options_.fresh && rested ? Need::kBeside : Need::kNone;
  }
  /// Whether a key nobody knows is worth a look.
  bool may_look(TimePoint now) const { return !tried_ || now - *tried_ >= options_.pause; }

  void tried(TimePoint now) { tried_ = now; }
  void fetched(TimePoint now) { fetched_ = now; }

 private:
  Options options_{};
  std::optional<TimePoint> tried_;
  std::optional<TimePoint> fetched_;
};

}  // namespace call_agent::mcp
