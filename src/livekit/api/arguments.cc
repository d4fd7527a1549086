#include "livekit/api/arguments.h"

#include <fmt/format.h>

#include <algorithm>

#include "net/header_rules.h"

namespace call_agent::livekit::api {
namespace {

constexpr std::size_t kMaxName = 256;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

Result<void> check_name(std::string_view argument, std::string_view value) {
  if (value.empty()) return fail(Errc::kInvalidArgument, fmt::format("{} is empty", argument));
  if (value.size() > kMaxName) {
    return fail(Errc::kInvalidArgument, fmt::format("{} is longer than {} bytes", argument, kMaxName));
  }
  if (std::ranges::any_of(value, is_control)) {
    return fail(Errc::kInvalidArgument, fmt::format("{} has a control character", argument));
  }
  return {};
}

Result<void> check_sip_user(std::string_view argument, std::string_view value) {
  if (auto name = check_name(argument, value); !name) return name;
  constexpr std::string_view kMarks = "-_.!~*'()&=+$,;?/%#";
  const auto fits = [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kMarks.contains(c);
  };
  if (!std::ranges::all_of(value, fits)) {
    return fail(Errc::kInvalidArgument, fmt::format("{} has a character a SIP number cannot have", argument));
  }
  return {};
}

Result<void> check_sip_headers(std::string_view argument, const std::map<std::string, std::string>& headers) {
  for (const auto& [name, value] : headers) {
    if (!net::is_token(name)) return fail(Errc::kInvalidArgument, fmt::format("{}: malformed header name", argument));
    if (std::ranges::any_of(value, is_control)) {
      return fail(Errc::kInvalidArgument, fmt::format("{}: {} has a control character in its value", argument, name));
    }
  }
  return {};
}

std::string duration_text(std::chrono::milliseconds duration) {
  return fmt::format("{}.{:03d}s", duration.count() / 1000, duration.count() % 1000);
}

}  // namespace call_agent::livekit::api
