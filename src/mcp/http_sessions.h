#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/task_group.h"
#include "mcp/call_runner.h"
#include "mcp/server.h"

namespace call_agent::mcp {

/// One client of the revisions with a handshake, over Streamable HTTP: what stands between its requests.
struct HttpSession {
  HttpSession(const Catalog& catalog, StateSealer& sealer, Principal principal, const asio::any_io_executor& executor)
      : server(catalog, sealer, std::move(principal)), runner(server, executor) {}

  Server server;
  CallRunner runner;
  std::optional<ChangeHub::Listener> listener;  ///< For what it watches; its events go to the GET stream.
  bool has_stream = false;
  /// Where a call can be cancelled: the group of the POST that brought it.
  struct Running {
    TaskGroup* group;
    std::uint64_t member;
  };
  std::map<Server::CallNumber, Running> running;
  TimePoint last_used{};
};

/// The sessions of one endpoint, bounded in number; those unused for long are forgotten. An id has 128 random bits and
/// is known to the principal that opened it only. Not thread-safe.
class HttpSessions {
 public:
  struct Options {
    std::size_t most = 1000;  ///< The one unused longest makes room for another.
    milliseconds idle{3'600'000};
  };
  explicit HttpSessions(Options options) : options_(options) {}

  /// Returns its id. Kept by whoever is in the middle of a request even after it was removed.
  std::string add(std::shared_ptr<HttpSession> session, TimePoint now);
  /// Null if there is none, it has expired, or it is another's: that is one answer.
  std::shared_ptr<HttpSession> find(std::string_view id, std::string_view principal, TimePoint now);
  void remove(std::string_view id) { sessions_.erase(std::string(id)); }
  std::size_t size() const { return sessions_.size(); }

 private:
  void make_room(TimePoint now);

  Options options_;
  std::map<std::string, std::shared_ptr<HttpSession>, std::less<>> sessions_;
};

}  // namespace call_agent::mcp
