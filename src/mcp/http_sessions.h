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

class HttpAnswer;

/// One client of the revisions with a handshake, over Streamable HTTP: what stands between its requests.
struct HttpSession {
  HttpSession(const Catalog& catalog, StateSealer& sealer, Principal principal, const asio::any_io_executor& executor)
      : server(catalog, sealer, std::move(principal)), runner(server, executor) {}

  Server server;
  CallRunner runner;
  std::optional<ChangeHub::Listener> listener;  ///< For what it watches; its events go to the GET stream.
  HttpAnswer* stream = nullptr;                 ///< While there is one.
  /// Where a call can be cancelled: the group of the POST that brought it.
  struct Running {
    TaskGroup* group;
    std::uint64_t member;
  };
  std::map<Server::CallNumber, Running> running;
  TimePoint last_used{};

  bool busy() const { return stream || !running.empty(); }
  /// Stops what is under way.
  void end();
};

/// The sessions of one endpoint, bounded in number. Those unused for long are forgotten; a new one takes the place of
/// the one its own principal has left unused longest, or else of anybody's; one with a request under way stays. An id
/// has 128 random bits and is known to the principal that opened it only. Not thread-safe.
class HttpSessions {
 public:
  struct Options {
    std::size_t most = 1000;
    milliseconds idle{3'600'000};
  };
  explicit HttpSessions(Options options) : options_(options) {}

  /// Returns its id; empty if all are busy. Kept by whoever is in the middle of a request even after it was removed.
  std::string add(std::shared_ptr<HttpSession> session, TimePoint now);
  /// Null if there is none, it has expired, or it is another's: that is one answer.
  std::shared_ptr<HttpSession> find(std::string_view id, std::string_view principal, TimePoint now);
  void remove(std::string_view id);
  std::size_t size() const { return sessions_.size(); }

 private:
  using ById = std::map<std::string, std::shared_ptr<HttpSession>, std::less<>>;
  bool make_room(std::string_view principal, TimePoint now);
  bool expired(const HttpSession& session, TimePoint now) const {
    return !session.busy() && now - session.last_used > options_.idle;
  }

  Options options_;
  ById sessions_;
};

}  // namespace call_agent::mcp
