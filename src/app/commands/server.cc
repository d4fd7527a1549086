#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "app/client_config.h"
#include "app/command.h"
#include "app/lazy_call_services.h"
#include "core/log.h"
#include "core/paths.h"
#include "mcp/stdio_transport.h"

namespace call_agent::app {
namespace {

struct Options {
  std::string agent_name = "calling_agent";
  int ready_seconds = 10;
  int ringing_seconds = 30;
  std::string print_config;
  std::string http;
};

Result<std::string> config_for_client(const Options& options, const Invocation& invocation) {
  if (!options.http.empty()) return remote_client_config(options.print_config, options.http);
  const auto settings = Settings::load(invocation.env_file);
  if (!settings) return pass(settings);
  return client_config(options.print_config, *settings, self_path());
}

int print_config(const Options& options, const Invocation& invocation) {
  const auto config = config_for_client(options, invocation);
  if (!config) return report_failure(config.error());
  std::cout << *config << std::endl;
  return 0;
}

awaitable<void> serve_client(mcp::StdioTransport& transport, LazyCallServices& services) {
  co_await transport.serve();
  // The client is gone. A phone that rings or talks goes on with its agent; one not dialed yet never will be.
  services.placing().cancel();
  co_await services.placing().join();
}

int serve(const Options& options, const Invocation& invocation) {
  if (::isatty(STDIN_FILENO) != 0) {
    log::info(
        "speaking MCP on standard input, meant for a client: see call-agent server --print-config claude-desktop");
  }
  asio::io_context io(1);
  LazyCallServices services(io.get_executor(),
                            {.env_file = invocation.env_file,
                             .agent_name = options.agent_name,
                             .placer = {.ready_limit = std::chrono::seconds(options.ready_seconds),
                                        .ringing_limit = std::chrono::seconds(options.ringing_seconds)}});
  CallTools tools(services);
  const mcp::Catalog catalog({.name = "call-agent",
                              .title = "Call Agent",
                              .version = CALL_AGENT_VERSION,
                              .instructions = std::string(CallTools::instructions())},
                             tools.tools());
  mcp::StdioTransport transport(io.get_executor(), catalog, STDIN_FILENO, STDOUT_FILENO);

  asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code error, int) {
    if (!error) transport.stop();
  });
  std::exception_ptr defect;
  asio::co_spawn(io, serve_client(transport, services), [&](std::exception_ptr error) {
    defect = std::move(error);
    signals.cancel();
  });
  io.run();
  if (defect) std::rethrow_exception(defect);
  return 0;
}

}  // namespace

void add_server(CLI::App& cli, Invocation& invocation) {
  auto* command =
      cli.add_subcommand("server", "The MCP server, on standard input and output: what an MCP client starts");
  auto options = std::make_shared<Options>();
  command->add_option("--agent-name", options->agent_name, "The LiveKit agent that takes the calls")
      ->capture_default_str();
  command->add_option("--ready-limit", options->ready_seconds, "Seconds for the agent to join and get ready")
      ->check(CLI::Range(1, 30))
      ->capture_default_str();
  command->add_option("--ringing-limit", options->ringing_seconds, "Seconds the phone rings before no_answer")
      ->check(CLI::Range(1, 60))
      ->capture_default_str();
  auto* print = command->add_option("--print-config", options->print_config,
                                    "Print a client's configuration, secrets among it, and exit");
  print->check(CLI::IsMember(std::vector<std::string>(kConfigurableClients.begin(), kConfigurableClients.end())));
  command
      ->add_option("--http", options->http,
                   "With --print-config: the URL of a server reached by HTTP, instead of one the client starts")
      ->needs(print);
  command->callback([options, &invocation] {
    invocation.run = [options, &invocation] {
      return options->print_config.empty() ? serve(*options, invocation) : print_config(*options, invocation);
    };
  });
}

}  // namespace call_agent::app
