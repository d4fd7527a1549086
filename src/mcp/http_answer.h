#pragma once

#include <functional>
#include <string>

#include "core/channel.h"
#include "mcp/outlet.h"
#include "net/http_server.h"

namespace call_agent::mcp {

/// The answer to one POST on its way: JSON if one message is all that comes, server-sent events otherwise.
class HttpAnswer final : public Outlet {
 public:
  HttpAnswer(net::ServerReply& reply, const asio::any_io_executor& executor)
      : reply_(reply), changed_(executor), sent_(executor) {}

  /// Beyond kMostUnsent the client is taken to have gone.
  void send(std::string messages) override;
  bool congested() const override { return unsent_.size() > kHighWater; }
  awaitable<void> drained() override;
  /// Nothing more will come.
  void finish();
  /// Sends from now on what comes as events, from the first on.
  void stream_from_the_start() { streaming_ = true; }
  /// Beside the answer, such as Mcp-Session-Id.
  void add_header(net::Header header) { headers_.push_back(std::move(header)); }

  /// Writes until finish(); earlier if the client has gone or the caller is cancelled. `status` is asked for when the
  /// answer is JSON.
  awaitable<void> transmit(std::function<int()> status);

 private:
  awaitable<bool> send_events();

  static constexpr std::size_t kHighWater = 256 * 1024;
  static constexpr std::size_t kMostUnsent = 8 * 1024 * 1024;
  net::ServerReply& reply_;
  Notifier changed_;  // There is something to send, or nothing more will come.
  Notifier sent_;
  std::vector<net::Header> headers_;
  std::string unsent_;
  bool streaming_ = false;
  bool finished_ = false;
  bool overrun_ = false;
};

}  // namespace call_agent::mcp
