#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/channel.h"
#include "core/child_process.h"
#include "core/clock.h"
#include "core/result.h"
#include "core/task_group.h"
#include "mcp/jsonrpc.h"
#include "mcp/line_reader.h"

namespace call_agent::mcp {

/// An MCP client of a server it starts itself, over the server's standard input and output.
///
/// Lives on one executor; not thread-safe. close() before destroying it.
class Client {
 public:
  struct Options {
    std::vector<std::string> command;      ///< The program first.
    std::vector<std::string> environment;  ///< NAME=VALUE, added to ours.
  };

  /// Starts the server and shakes hands (revision 2025-11-25). Errors: kNotFound (no such program), kUnavailable (it
  /// ended, with the tail of its standard error), kDeadline, kInvalidArgument (it speaks no revision of ours).
  static awaitable<Result<std::unique_ptr<Client>>> start(asio::any_io_executor executor, Options options,
                                                          Deadline deadline);
  ~Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// The result of `initialize`: serverInfo, capabilities, instructions, protocolVersion.
  const Json& server() const { return server_; }

  /// Every tool, over all pages.
  awaitable<Result<Json>> list_tools(Deadline deadline);

  using OnProgress = std::function<void(double progress, std::string_view message)>;
  /// The result of tools/call; one with isError is a result too. At the deadline the server is told that the request is
  /// cancelled. Errors: kUnavailable (the server has ended), kDeadline, kInternal (the server's error answer).
  awaitable<Result<Json>> call_tool(std::string name, Json arguments, OnProgress on_progress, Deadline deadline);

  awaitable<Result<Json>> request(std::string method, Json params, OnProgress on_progress, Deadline deadline);
  void notify(std::string_view method, const Json& params);

  /// Lines on the server's standard output that are no JSON-RPC messages.
  int stray_lines() const { return stray_lines_; }

  /// Closes the server's input and waits for its end; insists after 3 s, kills after 5. Returns its exit status, or 128
  /// and the signal.
  awaitable<int> close();

 private:
  explicit Client(asio::any_io_executor executor) : tasks_(executor), changed_(executor) {}

  struct Pending {
    OnProgress on_progress;
    std::optional<Response> response;
  };

  awaitable<Result<void>> handshake(Deadline deadline);
  awaitable<void> read_output();
  awaitable<void> read_errors();
  awaitable<void> write_input();
  awaitable<void> watch();
  void take_line(std::string_view line);
  void take_notification(const Notification& notification);
  void send(std::string line);
  bool gone() const { return output_ended_ || ended_; }
  Error why_gone() const;

  std::unique_ptr<ChildProcess> child_;
  TaskGroup tasks_;
  Notifier changed_;  // A response came, the server ended, or there is something to write.
  Json server_;
  std::map<RpcId, Pending*> pending_;  // Owned by the coroutine that asks.
  std::int64_t last_id_ = 0;
  std::string unsent_;
  std::string error_tail_;
  int stray_lines_ = 0;
  bool output_ended_ = false;
  std::optional<ChildProcess::Ended> ended_;
};

}  // namespace call_agent::mcp
