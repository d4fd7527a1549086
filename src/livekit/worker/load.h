#pragma once

#include <algorithm>
#include <chrono>

namespace call_agent::livekit::worker {

/// What a worker says of itself.
struct Load {
  bool full = false;
  double value = 0;  ///< In [0, 1].
};

/// Our own measure: calls against places, and how late the audio loop runs; never the host's processor, which others
/// use too. While there is room the value stays below livekit-server's `target_load` of 0.7: a node whose workers are
/// all at or above it drops dispatches in silence, and the last places could never be filled.
inline Load load_of(int active, int capacity, std::chrono::milliseconds loop_lag) {
  if (active >= capacity) return {true, 1.0};
  const double by_calls = 0.65 * active / capacity;
  // A loop 20 ms late, a whole audio frame, weighs as much as a worker without a free place.
  const double by_lag = 0.69 * std::min(1.0, static_cast<double>(loop_lag.count()) / 20.0);
  return {false, std::max(by_calls, by_lag)};
}

}  // namespace call_agent::livekit::worker
