#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/channel.h"
#include "livekit/rtc/media_session.h"
#include "livekit/stack_fixture.h"

/// Sessions in a room of a real livekit-server, and what they are told there. Header-only, tests only.
namespace call_agent::livekit::rtc {

using ::call_agent::test::Stack;

inline constexpr int kRate = 24000;
inline constexpr milliseconds kPatience{10'000};

/// What a session was told, to be waited for.
class EventLog {
 public:
  explicit EventLog(const asio::any_io_executor& executor) : arrived_(executor) {}

  MediaSession::OnEvent sink() {
    return [this](const RoomEvent& event) {
      events_.push_back(event);
      arrived_.notify();
    };
  }

  bool has(RoomEvent::Kind kind) const {
    return std::any_of(events_.begin(), events_.end(), [&](const RoomEvent& event) { return event.kind == kind; });
  }

  /// The first event of that kind from `identity` that has not been waited for yet. Throws if none comes.
  awaitable<RoomEvent> next(RoomEvent::Kind kind, std::string identity) {
    const auto deadline = Deadline::after(kPatience);
    for (;;) {
      const auto found = std::find_if(events_.begin(), events_.end(), [&](const RoomEvent& event) {
        return event.kind == kind && event.identity == identity;
      });
      if (found != events_.end()) {
        RoomEvent event = *found;
        events_.erase(found);
        co_return event;
      }
      if (deadline.passed()) throw std::runtime_error("an expected room event did not come");
      co_await arrived_.wait(deadline);
    }
  }

 private:
  std::vector<RoomEvent> events_;
  Notifier arrived_;
};

template <class T>
T value_of(Result<T> result) {
  if (!result) throw std::runtime_error(std::string(to_string(result.error().code)) + ": " + result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

inline JoinOptions options_for(const Stack& stack, const std::string& room, const std::string& me,
                               const std::string& other) {
  JoinOptions options;
  options.url = stack.url;
  options.token = stack.room_token(me, room);
  options.callee_identity = other;
  options.any_kind = true;
  options.publish_rate = kRate;
  return options;
}

}  // namespace call_agent::livekit::rtc
