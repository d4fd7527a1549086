#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/asio.h"
#include "core/channel.h"
#include "core/task_group.h"
#include "mcp/call_runner.h"
#include "mcp/line_reader.h"
#include "mcp/server.h"

namespace call_agent::mcp {

/// Serves one client over a pair of file descriptors, one JSON message a line, as MCP's stdio transport says.
/// Nothing but messages is ever written to the output.
///
/// Lives on one executor; not thread-safe.
class StdioTransport final : private Outlet {
 public:
  /// Borrows both descriptors and makes them non-blocking for its lifetime. `catalog` outlives the transport.
  StdioTransport(const asio::any_io_executor& executor, const Catalog& catalog, int input, int output);
  ~StdioTransport() override;
  StdioTransport(const StdioTransport&) = delete;
  StdioTransport& operator=(const StdioTransport&) = delete;

  /// Returns soon after the client has closed its end, the output is gone, or stop() was called. Calls in progress are
  /// then cancelled and unwound, unanswered.
  awaitable<void> serve();

  /// Makes serve() return, as if the client had left. Idempotent.
  void stop();

 private:
  awaitable<void> read_lines();
  awaitable<void> write_unsent();
  awaitable<void> run_call(Server::Call call);
  awaitable<void> tell_changes();
  void take_line(const LineReader::Line& line);
  void send(std::string lines) override;
  bool congested() const override { return unsent_.size() > kHighWater; }
  awaitable<void> drained() override;

  // While the client leaves this much unread, nothing more is read from it, and progress reports are dropped.
  static constexpr std::size_t kHighWater = 1024 * 1024;

  StateSealer sealer_;
  Server server_;
  CallRunner runner_;
  std::optional<ChangeHub::Listener> listener_;  // For what a client of the older revisions watches.
  asio::posix::stream_descriptor input_;
  asio::posix::stream_descriptor output_;
  int input_flags_;
  int output_flags_;
  std::string unsent_;
  bool output_gone_ = false;
  Notifier unsent_changed_;
  TaskGroup tasks_;
  std::unordered_map<Server::CallNumber, std::uint64_t> running_;  // Its member of tasks_.
};

}  // namespace call_agent::mcp
