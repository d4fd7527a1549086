#pragma once

#include <boost/asio/signal_set.hpp>
#include <memory>

#include "app/mcp_client/client_options.h"
#include "app/mcp_client/form_filler.h"
#include "app/mcp_client/report.h"
#include "core/task_group.h"
#include "mcp/client/client.h"

namespace call_agent::app {

/// One session with an MCP server: connects, does what the options say, reports, and leaves. Ctrl-C cancels what is
/// under way, a task too, and leaves in order; a second one ends the process.
class ClientSession {
 public:
  ClientSession(const asio::any_io_executor& executor, ClientOptions options);

  /// Returns the exit status.
  awaitable<int> run();

 private:
  awaitable<void> work();
  awaitable<Result<void>> converse();
  awaitable<Result<void>> list_resources();
  awaitable<Result<void>> list_prompts();
  awaitable<Result<void>> place_and_follow();
  awaitable<Result<void>> call();
  awaitable<Result<void>> read();
  awaitable<Result<void>> follow();
  awaitable<Result<Json>> read_once(std::string uri);
  awaitable<Json> fill(mcp::InputRequest form);

  mcp::Client::Options client_options();
  mcp::Client::OnProgress on_progress();
  Deadline call_deadline() const;
  Result<void> save(const Json& reading);
  /// What is wrong after an orderly end: the server's exit status, what it said beside the protocol.
  Result<void> aftermath(int stray, int status) const;

  asio::any_io_executor executor_;
  const ClientOptions options_;
  ClientReport report_;
  FormFiller forms_;
  TaskGroup tasks_;
  asio::signal_set signals_;
  bool stopped_ = false;
  std::unique_ptr<mcp::Client> client_;
  Json tools_ = Json::array();
  Result<void> outcome_;
};

}  // namespace call_agent::app
