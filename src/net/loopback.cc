#include "net/loopback.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/url/parse.hpp>
#include <string>

namespace call_agent::net {

bool is_loopback(std::string_view authority) {
  const bool bare_ipv6 = !authority.starts_with('[') && std::ranges::count(authority, ':') > 1;
  const std::string text = bare_ipv6 ? fmt::format("[{}]", authority) : std::string(authority);
  const auto parsed = boost::urls::parse_authority(text);
  if (!parsed) return false;
  switch (parsed->host_type()) {
    case boost::urls::host_type::ipv4:
      return parsed->host_ipv4_address().is_loopback();
    case boost::urls::host_type::ipv6:
      return parsed->host_ipv6_address().is_loopback();
    default:
      return parsed->host() == "localhost";
  }
}

}  // namespace call_agent::net
