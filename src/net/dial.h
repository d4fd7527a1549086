#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <string_view>

#include "core/asio.h"
#include "core/clock.h"
#include "net/url.h"

namespace call_agent::net {

/// A TCP connection to the URL's host, TCP_NODELAY set. Tries each address the name has, in the resolver's order; one
/// that does not answer costs at most 3 s while others are left.
/// Errors: kUnavailable (name unknown, refused, unreachable), kDeadline, kCancelled.
awaitable<Result<asio::ip::tcp::socket>> dial(Url url, Deadline deadline);

/// What a broken exchange with `url` means to its caller: kDeadline if the watchdog closed the socket, kCancelled if
/// the caller was cancelled, else kUnavailable with the cause. `doing` goes before the host's name: "connecting to".
Error explain(const Url& url, boost::system::error_code error, bool expired, std::string_view doing);

}  // namespace call_agent::net
