#include "livekit/rtc/playout_clock.h"

#include <algorithm>

namespace call_agent::livekit::rtc {
namespace {

// An answer this late was held back until the queue had drained to exactly `lead`; a sooner one came at once.
constexpr std::chrono::milliseconds kHeldBack{5};

}  // namespace

void PlayoutClock::handed(TimePoint now, Duration length, Duration speech) {
  if (started_ && empty_at_ < now) ++underruns_;
  started_ = true;
  empty_at_ = std::max(empty_at_, now) + length;
  handed_at_ = now;
  handed_speech_ += speech;
  recent_.push_back({length, speech});
  forget_played();
}

void PlayoutClock::answered(TimePoint now) {
  const TimePoint full = now + lead_;
  empty_at_ = now - handed_at_ >= kHeldBack ? full : std::min(empty_at_, full);
}

void PlayoutClock::cleared(TimePoint now) {
  handed_speech_ -= unplayed(now);
  recent_.clear();
  // Running dry by our own hand is not an underrun.
  started_ = false;
  empty_at_ = now;
}

PlayoutClock::Duration PlayoutClock::queued(TimePoint now) const {
  return now >= empty_at_ ? Duration{0} : std::chrono::duration_cast<Duration>(empty_at_ - now);
}

PlayoutClock::Duration PlayoutClock::unplayed(TimePoint now) const {
  Duration left = queued(now);
  Duration speech{0};
  for (auto frame = recent_.rbegin(); frame != recent_.rend() && left > Duration{0}; ++frame) {
    const Duration in_queue = std::min(left, frame->length);
    const Duration silence = frame->length - frame->speech;
    speech += std::max(Duration{0}, in_queue - silence);
    left -= in_queue;
  }
  return speech;
}

bool PlayoutClock::may_hold_speech() const {
  return std::any_of(recent_.begin(), recent_.end(), [](const Frame& frame) { return frame.speech > Duration{0}; });
}

void PlayoutClock::restart(TimePoint now) {
  handed_speech_ = unplayed(now);
}

void PlayoutClock::forget_played() {
  Duration newer{0};
  for (auto frame = recent_.rbegin(); frame != recent_.rend(); ++frame) {
    // One frame beyond the lead: the one being captured.
    if (newer > lead_ + frame->length) {
      recent_.erase(recent_.begin(), frame.base());
      return;
    }
    newer += frame->length;
  }
}

}  // namespace call_agent::livekit::rtc
