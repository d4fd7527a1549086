#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/asio.h"

namespace call_agent {

using std::chrono::milliseconds;

/// The one monotonic clock: every latency in the system is a difference of its points.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

/// Milliseconds since the Unix epoch, for records that outlive the process.
std::int64_t unix_ms();

/// RFC 3339 in UTC with milliseconds, such as 2026-11-23T08:15:30.123Z.
std::string rfc3339(std::int64_t unix_milliseconds);

/// A point in time by which something must be done. Passed down unchanged, so that nested calls share one limit.
class Deadline {
 public:
  static Deadline after(milliseconds limit) { return Deadline(Clock::now() + limit); }
  static Deadline never() { return Deadline(TimePoint::max()); }

  TimePoint at() const { return at_; }
  bool passed() const { return Clock::now() >= at_; }
  /// Zero once passed. At most one day, so that it is safe to add to a clock.
  milliseconds left() const;
  Deadline or_sooner(milliseconds limit) const { return Deadline(std::min(at_, Clock::now() + limit)); }

 private:
  explicit Deadline(TimePoint at) : at_(at) {}
  TimePoint at_;
};

/// Sleeps on the caller's executor. A cancelled sleep returns early, without an error.
awaitable<void> sleep_for(milliseconds time);
awaitable<void> sleep_until(TimePoint at);

}  // namespace call_agent
