#pragma once

#include <cstddef>
#include <cstdint>

#include "core/result.h"

namespace livekit::proto {
class FfiRequest;
class FfiResponse;
}  // namespace livekit::proto

namespace call_agent::livekit::rtc {

namespace proto = ::livekit::proto;

/// liblivekit_ffi.so: LiveKit's own client core behind four C functions. Loaded on first use, so that a command
/// without calls does not pay for it; never unloaded and never disposed of, since its threads outlive main().
///
/// Thread-safe. A process that has loaded it must not fork. A Rust panic in it aborts the process: every argument is
/// validated before it gets here.
class FfiLibrary {
 public:
  /// One event, serialised; valid during the call only. Comes on several threads of the library at once.
  using OnEvent = void (*)(const std::uint8_t* data, std::size_t size);

  /// The process's one copy; the first successful call loads and initialises it.
  /// Errors: kNotFound (the file), kInternal (not the library we know).
  static Result<const FfiLibrary*> load(OnEvent on_event);

  /// Errors: kInternal, if the library refused; its reason arrives as a log record only.
  Result<proto::FfiResponse> request(const proto::FfiRequest& request) const;

 private:
  friend void drop_ffi_handle(std::uint64_t id);
  FfiLibrary() = default;

  void (*initialize_)(OnEvent, bool capture_logs, const char* sdk, const char* version) = nullptr;
  std::uint64_t (*request_)(const std::uint8_t*, std::size_t, const std::uint8_t**, std::size_t*) = nullptr;
  bool (*drop_handle_)(std::uint64_t) = nullptr;
};

/// Gives one owned object back to the library. Nothing happens before the library is loaded, nor for an unknown id.
void drop_ffi_handle(std::uint64_t id);

}  // namespace call_agent::livekit::rtc
