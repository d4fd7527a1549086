#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/channel.h"
#include "core/child_process.h"
#include "core/clock.h"
#include "core/task_group.h"
#include "mcp/client/link.h"

namespace call_agent::mcp {

/// MCP's stdio transport: a server that is started here, a message a line over its standard input and output.
class ChildLink final : public Link {
 public:
  struct Options {
    std::vector<std::string> command;      ///< The program first.
    std::vector<std::string> environment;  ///< NAME=VALUE, added to ours.
  };

  /// `sink` outlives it. Errors: kNotFound (no such program), kUnavailable.
  static Result<std::unique_ptr<Link>> start(asio::any_io_executor executor, Options options, LinkSink& sink);

  void send(Outgoing message) override;
  bool cancel(const RpcId&) override { return false; }
  void agreed(Revision) override {}
  /// Lines on the server's standard output.
  int stray() const override { return stray_; }
  /// Closes the server's input and waits for its end; insists after 3 s, kills after 5. Returns its exit status, or 128
  /// and the signal.
  awaitable<int> close() override;

 private:
  ChildLink(const asio::any_io_executor& executor, LinkSink& sink)
      : sink_(sink), tasks_(executor), changed_(executor) {}

  awaitable<void> read_output();
  awaitable<void> read_errors();
  awaitable<void> write_input();
  awaitable<void> watch();
  void take_line(std::string_view line);
  Error why_gone() const;

  LinkSink& sink_;
  std::unique_ptr<ChildProcess> child_;
  TaskGroup tasks_;
  Notifier changed_;  // The server ended, or there is something to write, or it was written.
  std::string unsent_;
  bool writing_ = false;
  bool output_gone_ = false;
  std::string error_tail_;
  int stray_ = 0;
  std::optional<ChildProcess::Ended> ended_;
};

}  // namespace call_agent::mcp
