#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/channel.h"
#include "core/clock.h"
#include "core/task_group.h"
#include "mcp/client/link.h"
#include "net/http.h"

namespace call_agent::mcp {

/// MCP's Streamable HTTP: every message a POST. After `initialize` in a session, with a GET for what the server says of
/// its own accord and a DELETE at the end; in 2026-07-28 each request for itself, cancelled by leaving it.
class HttpLink final : public Link {
 public:
  struct Options {
    std::string url;
    std::vector<net::Header> headers;  ///< With every request, such as Authorization.
    std::string ca_file{};             ///< PEM, for https. Empty: the system's certificates.
  };

  /// `sink` outlives it.
  HttpLink(const asio::any_io_executor& executor, Options options, LinkSink& sink);

  void send(Outgoing message) override;
  bool cancel(const RpcId& id) override;
  void agreed(Revision revision) override;
  /// Answers and events that are no messages.
  int stray() const override { return stray_; }
  awaitable<int> close() override;

 private:
  awaitable<void> send_in_order();
  awaitable<void> post(Outgoing message, Deadline deadline);
  awaitable<void> listen();
  net::HttpRequest request(std::string method) const;
  void take_body(const RpcId& id, const net::HttpResponse& response);
  void take_messages(const RpcId& id, std::string_view text);
  Error refusal(const net::HttpResponse& response) const;

  LinkSink& sink_;
  const Options options_;
  net::HttpClient http_;
  TaskGroup tasks_;
  Notifier changed_;
  Channel<Outgoing> unsent_;
  bool sending_ = false;
  std::map<RpcId, std::uint64_t> posts_;  // Under way, by request: its member of tasks_.
  std::string session_;                   // Mcp-Session-Id, once the server gave one.
  std::string revision_;                  // Before 2026-07-28, once agreed on.
  bool stateless_ = true;
  int stray_ = 0;
};

}  // namespace call_agent::mcp
