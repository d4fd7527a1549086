#include "net/loopback.h"

#include <boost/url/parse.hpp>

namespace call_agent::net {

bool is_loopback(std::string_view authority) {
  const auto parsed = boost::urls::parse_authority(authority);
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
