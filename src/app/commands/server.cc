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
#include "app/mcp_service.h"
#include "core/log.h"
#include "core/paths.h"

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
  std::cout << *config << '\n';
  return 0;
}

void say_url(std::string_view url) {
  log::info("serving MCP at {}", url);
}

awaitable<int> serve_client(McpService& service, std::string http) {
  if (http.empty()) {
    co_await service.serve_stdio(STDIN_FILENO, STDOUT_FILENO);
    co_return 0;
  }
  auto options = http_options(http);
  if (!options) co_return report_failure(options.error());
  const auto served = co_await service.serve_http(*std::move(options), say_url);
  co_return served ? 0 : report_failure(served.error());
}

int serve(const Options& options, const Invocation& invocation) {
  if (options.http.empty() && ::isatty(STDIN_FILENO) != 0) {
    log::info(
        "speaking MCP on standard input, meant for a client: see call-agent server --print-config claude-desktop");
  }
  asio::io_context io(1);
  LazyCallServices services(io.get_executor(),
                            {.env_file = invocation.env_file,
                             .agent_name = options.agent_name,
                             .placer = {.ready_limit = std::chrono::seconds(options.ready_seconds),
                                        .ringing_limit = std::chrono::seconds(options.ringing_seconds)}});
  McpService service(io.get_executor(), services);

  asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code error, int) {
    if (!error) service.stop();
  });
  int status = 0;
  std::exception_ptr defect;
  asio::co_spawn(io, serve_client(service, options.http), [&](std::exception_ptr error, int result) {
    defect = std::move(error);
    if (!defect) status = result;
    signals.cancel();
  });
  io.run();
  if (defect) std::rethrow_exception(defect);
  return status;
}

}  // namespace

void add_server(CLI::App& cli, Invocation& invocation) {
  auto* command = cli.add_subcommand(
      "server", "The MCP server: on standard input and output, as an MCP client starts it, or over HTTP");
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
  command->add_option(
      "--http", options->http,
      "Serve over Streamable HTTP at this address, such as 127.0.0.1:8719, at /mcp. With --print-config: "
      "the URL of a server reached by HTTP, instead of one the client starts");
  command->callback([options, &invocation] {
    invocation.run = [options, &invocation] {
      return options->print_config.empty() ? serve(*options, invocation) : print_config(*options, invocation);
    };
  });
}

}  // namespace call_agent::app
