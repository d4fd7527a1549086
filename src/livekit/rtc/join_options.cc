#include "livekit/rtc/join_options.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace call_agent::livekit::rtc {
namespace {

constexpr std::size_t kMaxUrl = 2048;
constexpr std::size_t kMaxToken = 64 * 1024;
constexpr std::size_t kMaxIdentity = 256;
constexpr milliseconds kMaxConnectTimeout{60'000};

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

/// Host of a ws:// or wss:// URL, without port and brackets; empty if it is not one.
std::string_view host_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  if (url.substr(0, scheme) != "ws" && url.substr(0, scheme) != "wss") return {};
  std::string_view authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos) return {};
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    return end == std::string_view::npos ? std::string_view() : authority.substr(1, end - 1);
  }
  return authority.substr(0, authority.find(':'));
}

}  // namespace

Result<void> validate(const JoinOptions& options) {
  if (options.url.size() > kMaxUrl || !is_printable(options.url) || host_of(options.url).empty()) {
    return fail(Errc::kInvalidArgument, "the LiveKit URL must be ws://host or wss://host, without user and password");
  }
  if (options.token.empty() || options.token.size() > kMaxToken || !is_printable(options.token)) {
    return fail(Errc::kInvalidArgument, "the room token is empty or not a JWT");
  }
  if (options.callee_identity.empty() || options.callee_identity.size() > kMaxIdentity) {
    return fail(Errc::kInvalidArgument, fmt::format("callee_identity must have 1 to {} bytes", kMaxIdentity));
  }
  if (options.publish_rate < 8000 || options.publish_rate > 48000 || options.publish_rate % 100 != 0) {
    return fail(Errc::kInvalidArgument, "publish_rate must be 8000 to 48000 Hz and a multiple of 100");
  }
  if (options.connect_timeout <= milliseconds::zero() || options.connect_timeout > kMaxConnectTimeout) {
    return fail(Errc::kInvalidArgument, "connect_timeout must be positive and at most a minute");
  }
  return {};
}

bool resolver_may_be_absent(std::string_view url) {
  const std::string host(host_of(url));
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return host == "localhost" || inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

}  // namespace call_agent::livekit::rtc
