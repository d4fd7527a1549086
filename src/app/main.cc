#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>

#include "app/command.h"
#include "core/log.h"

namespace {

int run(int argc, char** argv) {
  using namespace call_agent;
  CLI::App cli{"An AI agent picks up the telephone: MCP server, LiveKit agent worker and SIP telephone in one."};
  cli.name("call-agent");
  cli.set_version_flag("--version", CALL_AGENT_VERSION);
  cli.require_subcommand(1);

  app::Invocation invocation;
  cli.add_option("--env-file", invocation.env_file, "Variables to read before ./.env and the configuration folder's");
  cli.add_flag("--debug", invocation.debug, "Log details, phone numbers in full among them");
  cli.fallthrough();

  app::add_server(cli, invocation);
  app::add_calling_agent(cli, invocation);
  app::add_media_process(cli, invocation);
  app::add_make_calls(cli, invocation);
  app::add_test_mcp_client(cli, invocation);
  app::add_phone(cli, invocation);
  app::add_calls(cli, invocation);
  app::add_doctor(cli, invocation);

  CLI11_PARSE(cli, argc, argv);
  if (invocation.debug) log::set_level(log::Level::kDebug);
  return invocation.run();
}

}  // namespace

int main(int argc, char** argv) {
  // A peer that closes its end is an error code on the write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    call_agent::log::error("unexpected: {}", error.what());
    return 70;
  }
}
