#pragma once

#include <cstdint>
#include <utility>

#include "livekit/rtc/ffi_library.h"

namespace call_agent::livekit::rtc {

/// Owns one object inside the library (a room, a track, a frame, …) and gives it back when destroyed. Any thread.
class Handle {
 public:
  Handle() = default;
  explicit Handle(std::uint64_t id) : id_(id) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, 0)) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      reset();
      id_ = std::exchange(other.id_, 0);
    }
    return *this;
  }
  ~Handle() { reset(); }

  void reset() {
    if (id_ != 0) drop_ffi_handle(std::exchange(id_, 0));
  }
  /// The library has dropped it by itself.
  void release() { id_ = 0; }
  std::uint64_t id() const { return id_; }
  explicit operator bool() const { return id_ != 0; }

 private:
  std::uint64_t id_ = 0;
};

}  // namespace call_agent::livekit::rtc
