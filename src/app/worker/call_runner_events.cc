#include "app/worker/call_runner.h"
#include "core/log.h"

// What CallRunner makes of what happens in the room: above all, where the phone is.
namespace call_agent::app {

using livekit::rtc::DisconnectReason;
using livekit::rtc::RoomEvent;

namespace {

// A livekit-server that restarts: until its side of the phone is back.
constexpr milliseconds kLongestAbsence{10'000};

}  // namespace

void CallRunner::on_room_event(const RoomEvent& event) {
  const bool callee = event.identity == job_.callee_identity;
  switch (event.kind) {
    case RoomEvent::Kind::kParticipantJoined:
    case RoomEvent::Kind::kAttributesChanged:
      if (callee) on_callee_attributes(event.attributes);
      break;
    case RoomEvent::Kind::kParticipantLeft:
      if (callee) callee_left(event.reason);
      break;
    case RoomEvent::Kind::kDtmf:
      if (callee && session_ && !event.payload.empty()) session_->dtmf_heard(event.payload[0]);
      break;
    case RoomEvent::Kind::kDisconnected:
      room_gone_ = true;
      callee_gone(event.reason);
      break;
    case RoomEvent::Kind::kReconnecting:
      log::warn("call {}: the room connection is being restored", job_.call_id);
      restoring_ = true;
      break;
    case RoomEvent::Kind::kReconnected:
      log::info("call {}: the room connection is restored", job_.call_id);
      restoring_ = false;
      break;
    default:
      break;
  }
  changed_.notify();
}

// While a connection is restored everybody seems to leave; the phone is still on the line and comes back with its side.
void CallRunner::callee_left(DisconnectReason reason) {
  const bool may_return = restoring_ && reason == DisconnectReason::kUnknown;
  if (may_return && phone_ == Phone::kRinging) {
    phone_ = Phone::kAbsent;  // As before it rang: wait_for_answer() knows how long to wait.
    return;
  }
  if (!may_return || phone_ != Phone::kAnswered) return callee_gone(reason);
  phone_ = Phone::kAway;
  tasks_.spawn(wait_for_return());
}

awaitable<void> CallRunner::wait_for_return() {
  const auto deadline = Deadline::after(kLongestAbsence);
  while (phone_ == Phone::kAway && !result_ && !deadline.passed()) co_await changed_.wait(deadline);
  if (phone_ == Phone::kAway && !result_) callee_gone(DisconnectReason::kSignalClose);
}

void CallRunner::on_callee_attributes(const std::map<std::string, std::string>& attributes) {
  const auto it = attributes.find("sip.callStatus");
  const std::string status = it != attributes.end() ? it->second : services_.any_callee_kind ? "active" : "";
  if (status == "ringing" && phone_ == Phone::kAbsent) {
    phone_ = Phone::kRinging;
    tasks_.spawn(note_state(calls::State::kRinging));
  } else if (status == "hangup" && phone_ == Phone::kAnswered) {
    // The BYE itself. Its participant leaves a moment later, or, when that message is lost, only after 20 s.
    left_because_ = DisconnectReason::kClientInitiated;
    session_->callee_left();
  } else if (status == "active" && phone_ == Phone::kAway) {
    log::info("call {}: the callee is back", job_.call_id);
    phone_ = Phone::kAnswered;
  } else if (status == "active" && phone_ != Phone::kAnswered && phone_ != Phone::kGone) {
    // Only now may the agent speak: before this its words would play to nobody.
    phone_ = Phone::kAnswered;
    was_answered_ = true;
    if (session_ && prepared_) begin();
    tasks_.spawn(note_state(calls::State::kActive));
  }
}

void CallRunner::begin() {
  start_recording();
  session_->answered();
}

void CallRunner::start_recording() {
  if (!services_.recordings) return;
  auto recording =
      Recording::create(services_.executor, services_.disk, *services_.recordings / (job_.call_id + ".wav"));
  if (!recording) {
    log::warn("call {}: no recording: {}", job_.call_id, recording.error().what);
    return;
  }
  recording_ = std::move(*recording);
  media_->record(*recording_);
}

void CallRunner::callee_gone(DisconnectReason reason) {
  if (phone_ == Phone::kGone) return;
  // A room that closes before anybody was dialed has no callee to lose, but the wait is over all the same.
  phone_ = Phone::kGone;
  if (!left_because_) left_because_ = reason;
  if (session_) session_->callee_left();
}

}  // namespace call_agent::app
