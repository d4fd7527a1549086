#include "net/dial.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/channel.h"
#include "net/watchdog.h"

namespace call_agent::net {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

constexpr milliseconds kPerAddress{3'000};

struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), done(executor) {}
  tcp::resolver resolver;
  Notifier done;
  bool finished = false;
  error_code error;
  std::vector<tcp::endpoint> addresses;
};

/// getaddrinfo cannot be interrupted, so its answer goes to a shared record that may outlive this wait.
awaitable<Result<std::vector<tcp::endpoint>>> look_up(Url url, Deadline deadline) {
  error_code not_an_address;
  const auto address = asio::ip::make_address(url.host, not_an_address);
  if (!not_an_address) co_return std::vector{tcp::endpoint(address, url.port)};

  const auto lookup = std::make_shared<Lookup>(co_await asio::this_coro::executor);
  lookup->resolver.async_resolve(url.host, std::to_string(url.port), tcp::resolver::numeric_service,
                                 [lookup](error_code error, const tcp::resolver::results_type& results) {
                                   lookup->finished = true;
                                   lookup->error = error;
                                   for (const auto& entry : results) lookup->addresses.push_back(entry.endpoint());
                                   lookup->done.notify();
                                 });
  while (!lookup->finished) {
    const bool cancelled = (co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none;
    if (deadline.passed() || cancelled) {
      lookup->resolver.cancel();
      co_return std::unexpected(explain(url, asio::error::operation_aborted, !cancelled, "looking up"));
    }
    co_await lookup->done.wait(deadline);
  }
  if (lookup->error) co_return std::unexpected(explain(url, lookup->error, false, "looking up"));
  co_return std::move(lookup->addresses);
}

}  // namespace

Error explain(const Url& url, error_code error, bool expired, std::string_view doing) {
  if (expired) return {Errc::kDeadline, fmt::format("{} {}: no answer in time", doing, url.authority())};
  if (error == asio::error::operation_aborted) {
    return {Errc::kCancelled, fmt::format("{} {}: cancelled", doing, url.authority())};
  }
  const std::string cause = error == asio::error::eof ? "connection closed by the server" : error.message();
  return {Errc::kUnavailable, fmt::format("{} {}: {}", doing, url.authority(), cause)};
}

awaitable<Result<tcp::socket>> dial(Url url, Deadline deadline) {
  const auto executor = co_await asio::this_coro::executor;
  auto addresses = co_await look_up(url, deadline);
  if (!addresses) co_return pass(addresses);

  error_code error = asio::error::host_not_found;
  for (std::size_t i = 0; i < addresses->size(); ++i) {
    const bool last = i + 1 == addresses->size();
    tcp::socket socket(executor);
    const Watchdog watchdog(executor, last ? deadline : deadline.or_sooner(kPerAddress), [&socket] {
      error_code ignored;
      socket.close(ignored);
    });
    co_await socket.async_connect((*addresses)[i], asio::redirect_error(asio::use_awaitable, error));
    if (!error) {
      error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      co_return std::move(socket);
    }
    const bool cancelled = error == asio::error::operation_aborted && !watchdog.expired();
    if (cancelled || deadline.passed()) {
      co_return std::unexpected(explain(url, error, !cancelled, "connecting to"));
    }
  }
  co_return std::unexpected(explain(url, error, false, "connecting to"));
}

}  // namespace call_agent::net
