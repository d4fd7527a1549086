#include "net/url.h"

#include <fmt/format.h>

#include <boost/url/parse.hpp>
#include <charconv>

namespace call_agent::net {
namespace {

std::uint16_t default_port(bool secure) {
  return secure ? 443 : 80;
}

}  // namespace

std::string Url::authority() const {
  const std::string name = host.contains(':') ? fmt::format("[{}]", host) : host;
  return port == default_port(secure) ? name : fmt::format("{}:{}", name, port);
}

Result<Url> parse_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (!parsed) return fail(Errc::kInvalidArgument, "not an absolute URL");

  const std::string scheme = [&] {
    std::string lower(std::string_view(parsed->scheme()));
    for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    return lower;
  }();
  Url url;
  url.secure = scheme == "https" || scheme == "wss";
  url.websocket = scheme == "ws" || scheme == "wss";
  if (!url.secure && !url.websocket && scheme != "http") {
    return fail(Errc::kInvalidArgument, "URL scheme must be http, https, ws or wss");
  }
  if (parsed->has_userinfo()) return fail(Errc::kInvalidArgument, "URL must not hold a user or password");

  url.host = parsed->host_address();
  if (url.host.empty()) return fail(Errc::kInvalidArgument, "URL has no host");
  for (const char c : url.host) {
    // A percent-encoded host could smuggle spaces or line breaks into the Host header.
    if (c <= ' ' || c == 0x7f) return fail(Errc::kInvalidArgument, "URL has a malformed host");
  }
  url.port = default_port(url.secure);
  if (const std::string_view port = parsed->port(); !port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (error != std::errc{} || end != port.data() + port.size() || url.port == 0) {
      return fail(Errc::kInvalidArgument, "URL has a port out of range");
    }
  }
  const std::string_view path = parsed->encoded_path();
  // Boost 1.81 ends a host after what looks like an address: "127.0.0.1.example.com" would be this machine.
  if (!path.empty() && !path.starts_with('/')) return fail(Errc::kInvalidArgument, "URL has a malformed host");
  url.target = path.empty() ? "/" : std::string(path);
  if (parsed->has_query()) url.target += fmt::format("?{}", std::string_view(parsed->encoded_query()));
  return url;
}

}  // namespace call_agent::net
