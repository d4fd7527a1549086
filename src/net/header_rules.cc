#include "net/header_rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace call_agent::net {
namespace {

char lower(char c) {
  return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  const auto fits = [&](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || kMarks.contains(c);
  };
  return !text.empty() && std::ranges::all_of(text, fits);
}

Result<void> check_header(const Header& header) {
  if (!is_token(header.name)) return fail(Errc::kInvalidArgument, "malformed HTTP header name");
  if (header.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
    return fail(Errc::kInvalidArgument, fmt::format("HTTP header {} has a line break in its value", header.name));
  }
  for (const auto* ours : {"Host", "Content-Length", "Transfer-Encoding", "Connection", "Upgrade"}) {
    if (same_name(header.name, ours)) {
      return fail(Errc::kInvalidArgument, fmt::format("HTTP header {} is set by the client itself", header.name));
    }
  }
  return {};
}

std::string_view HttpResponse::header(std::string_view name) const {
  for (const auto& header : headers) {
    if (same_name(header.name, name)) return header.value;
  }
  return {};
}

}  // namespace call_agent::net
