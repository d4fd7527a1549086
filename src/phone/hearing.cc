#include "phone/hearing.h"

#include <algorithm>
#include <utility>

namespace call_agent::phone {

Ear::Change Ear::packet(milliseconds now, bool voiced) {
  if (!voiced) return tick(now);
  ++voiced_packets_;
  last_voiced_ = now;
  if (speaking_since_) return Change::kNone;
  speaking_since_ = now;
  return Change::kStarted;
}

Ear::Change Ear::tick(milliseconds now) {
  if (!speaking_since_ || now - *last_voiced_ < kHangover) return Change::kNone;
  speaking_since_.reset();
  return Change::kEnded;
}

bool Ear::voiced_just_now(milliseconds now) const {
  return speaking() && now - *last_voiced_ <= kRecent;
}

void LatencyMeter::said_first_voiced(milliseconds now, const Ear& ear) {
  finished_at_.reset();
  if (ear.voiced_just_now(now)) spoke_over_at_ = now;
}

void LatencyMeter::said_last_voiced(milliseconds now, const Ear& ear) {
  if (!ear.voiced_just_now(now)) finished_at_ = now;
}

std::optional<milliseconds> LatencyMeter::heard_voiced(milliseconds now) {
  const auto finished = std::exchange(finished_at_, std::nullopt);
  if (!finished) return std::nullopt;
  return now - *finished;
}

std::optional<milliseconds> LatencyMeter::heard_end(const Ear& ear) {
  const auto began = std::exchange(spoke_over_at_, std::nullopt);
  if (!began || !ear.last_voiced()) return std::nullopt;
  return std::max(milliseconds(0), *ear.last_voiced() - *began);
}

}  // namespace call_agent::phone
