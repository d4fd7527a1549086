#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"
#include "core/result.h"

namespace call_agent::mcp {

/// What a sealed state belongs to. It opens for nothing else.
struct StateBinding {
  std::string_view principal;
  std::string_view method;
  std::string_view request;  ///< What was asked, as text that is the same whenever the same is asked.
};

/// Seals what a handler wants to know in the next round while the client carries it (MCP 2026-07-28, requestState):
/// AES-256-GCM, base64url. It can be neither read nor changed, and opens only for the same principal, method and
/// request, and only in time.
///
/// Does no I/O and reads no clock; the key is drawn from the system's random source at the first use, so that nothing
/// is spent on a start. States do not outlive the process. Not thread-safe.
class StateSealer {
 public:
  static constexpr std::size_t kMaxState = 64 * 1024;  ///< Bytes, sealed.

  explicit StateSealer(std::chrono::seconds lifetime = std::chrono::hours(1)) : lifetime_(lifetime) {}

  /// Errors: kInvalidArgument (larger than kMaxState), kInternal.
  Result<std::string> seal(const Json& state, const StateBinding& binding, std::int64_t now_ms);
  /// Errors: kPermission, with one text whatever is wrong with it, except that it is too old.
  Result<Json> open(std::string_view sealed, const StateBinding& binding, std::int64_t now_ms);

 private:
  using Key = std::array<unsigned char, 32>;
  bool have_key();

  std::chrono::seconds lifetime_;
  std::optional<Key> key_;
};

}  // namespace call_agent::mcp
