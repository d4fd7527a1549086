#include "net/connection_pool.h"

#include <fmt/format.h>

namespace call_agent::net {
namespace {

constexpr std::chrono::seconds kMaxIdle{30};

std::string origin(const Url& url) {
  return fmt::format("{}{}", url.secure ? "https://" : "http://", url.authority());
}

}  // namespace

std::unique_ptr<Connection> ConnectionPool::take(const Url& url) {
  const auto found = idle_.find(origin(url));
  if (found == idle_.end()) return nullptr;
  auto& connections = found->second;
  while (!connections.empty()) {
    auto newest = std::move(connections.back());
    connections.pop_back();
    if (Clock::now() - newest->idle_since < kMaxIdle && newest->reusable()) return newest;
  }
  return nullptr;
}

void ConnectionPool::put(const Url& url, std::unique_ptr<Connection> connection) {
  const auto now = Clock::now();
  connection->idle_since = now;
  auto& same_origin = idle_[origin(url)];
  same_origin.push_back(std::move(connection));
  if (same_origin.size() > idle_per_origin_) same_origin.pop_front();
  for (auto& [_, connections] : idle_) {
    while (!connections.empty() && now - connections.front()->idle_since >= kMaxIdle) connections.pop_front();
  }
}

}  // namespace call_agent::net
