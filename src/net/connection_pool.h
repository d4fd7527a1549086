#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "net/connection.h"

namespace call_agent::net {

/// Idle kept-alive connections by origin. Not thread-safe.
class ConnectionPool {
 public:
  explicit ConnectionPool(std::size_t idle_per_origin) : idle_per_origin_(idle_per_origin) {}

  /// The most recently used connection to the URL's origin that is still open; null if there is none.
  std::unique_ptr<Connection> take(const Url& url);
  /// Keeps a connection, dropping the origin's oldest if there are too many, and every one idle for over 30 s: servers
  /// close theirs soon after, and a request that meets the close is lost.
  void put(const Url& url, std::unique_ptr<Connection> connection);

 private:
  std::size_t idle_per_origin_;
  std::map<std::string, std::deque<std::unique_ptr<Connection>>> idle_;
};

}  // namespace call_agent::net
