#pragma once

#include <string_view>

namespace call_agent::net {

/// Whether `authority`, an address, or a host or host:port as in a URL, is this machine by its own words: a loopback
/// address or `localhost`. No name is looked up: what DNS says today is no promise.
bool is_loopback(std::string_view authority);

}  // namespace call_agent::net
