#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <string>
#include <vector>

#include "core/asio.h"
#include "core/task_group.h"

namespace call_agent::net {

/// For tests of faults: a server on a free loopback port that does exactly what its scripts say, one script a
/// connection in the order they come; further connections get the last one.
class ImposterServer {
 public:
  /// Must not be a capturing lambda: its coroutine outlives the expression.
  using Script = std::function<awaitable<void>(asio::ip::tcp::socket)>;

  ImposterServer(const asio::any_io_executor& executor, std::vector<Script> scripts);

  std::string url(std::string_view scheme, std::string_view path = "/") const;
  std::size_t connections() const { return connections_; }
  /// Call before it is destroyed.
  awaitable<void> stop();

 private:
  awaitable<void> accept();

  asio::ip::tcp::acceptor acceptor_;
  std::vector<Script> scripts_;
  std::size_t connections_ = 0;
  TaskGroup tasks_;
};

/// One HTTP request, head and body. Empty once the client closes.
awaitable<std::string> read_request(asio::ip::tcp::socket& socket);
awaitable<void> write_text(asio::ip::tcp::socket& socket, std::string text);
/// Returns when the client closes.
awaitable<void> until_closed(asio::ip::tcp::socket& socket);
/// A response with a Content-Length.
std::string response(int status, std::string_view body, std::string_view headers = {});

/// Runs a test's coroutine to its end. Fails the test if it throws or is still waiting after 20 s.
void run_test(awaitable<void> (*test)());

}  // namespace call_agent::net
