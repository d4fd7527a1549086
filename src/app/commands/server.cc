#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "app/client_config.h"
#include "app/command.h"
#include "app/lazy_call_services.h"
#include "app/mcp_service.h"
#include "core/log.h"
#include "core/metrics.h"
#include "core/paths.h"

namespace call_agent::app {
namespace {

struct Options {
  std::string agent_name = "calling_agent";
  int ready_seconds = 10;
  int ringing_seconds = 30;
  std::string print_config;
  HttpOptions http;
};

Result<std::string> config_for_client(const Options& options, const Invocation& invocation) {
  if (!options.http.listen.empty()) return remote_client_config(options.print_config, options.http.listen);
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

awaitable<int> serve_client(McpService& service, HttpOptions http) {
  if (http.listen.empty()) {
    co_await service.serve_stdio(STDIN_FILENO, STDOUT_FILENO);
    co_return 0;
  }
  const auto served = co_await service.serve_http(std::move(http), say_url);
  co_return served ? 0 : report_failure(served.error());
}

int serve(const Options& options, const Invocation& invocation) {
  if (options.http.listen.empty() && ::isatty(STDIN_FILENO) != 0) {
    log::info(
        "speaking MCP on standard input, meant for a client: see call-agent server --print-config claude-desktop");
  }
  asio::io_context io(1);
  LazyCallServices services(io.get_executor(),
                            {.env_file = invocation.env_file,
                             .agent_name = options.agent_name,
                             .placer = {.ready_limit = std::chrono::seconds(options.ready_seconds),
                                        .ringing_limit = std::chrono::seconds(options.ringing_seconds)}});
  Metrics metrics;
  McpService service(io.get_executor(), services, options.http.listen.empty() ? nullptr : &metrics);

  asio::signal_set signals(io, SIGTERM, SIGINT, SIGHUP);
  std::function<void(boost::system::error_code, int)> on_signal = [&](boost::system::error_code error, int number) {
    if (error) return;
    // Over stdio a hang-up is the terminal's: its client has gone.
    if (number != SIGHUP || options.http.listen.empty()) return service.stop();
    service.reload();
    signals.async_wait(on_signal);
  };
  signals.async_wait(on_signal);
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

void add_http_options(CLI::App& command, HttpOptions& http) {
  auto* listen = command.add_option(
      "--http", http.listen,
      "Serve over Streamable HTTP at this address, such as 127.0.0.1:8719, at /mcp. With --print-config: "
      "the URL of a server reached by HTTP, instead of one the client starts");
  const auto add = [&](const char* name, auto& value, const char* help) {
    command.add_option(name, value, help)->needs(listen)->group("Over HTTP");
  };
  add("--public-url", http.public_url, "The URL clients use, behind a proxy or a name: https://calls.example.com/mcp");
  add("--allowed-host", http.allowed_hosts, "A further host name clients may use; may be given again");
  add("--tls-cert", http.certificate_file, "Speak TLS: the certificate and its chain, PEM");
  add("--tls-key", http.key_file, "The certificate's key, PEM");
  add("--token-file", http.token_file,
      "Who may come in: a line `TOKEN NAME SCOPE...` for each, of the scopes calls:place calls:read calls:control");
  add("--issuer", http.issuer, "Who may come in: the OAuth 2.1 issuer whose tokens count, by its URL");
  add("--audience", http.audience, "What the issuer's tokens call this server; the public URL by default");
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
  add_http_options(*command, options->http);
  command->callback([options, &invocation] {
    invocation.run = [options, &invocation] {
      return options->print_config.empty() ? serve(*options, invocation) : print_config(*options, invocation);
    };
  });
}

}  // namespace call_agent::app
