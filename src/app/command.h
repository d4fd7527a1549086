#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "core/result.h"

namespace CLI {
class App;
}

namespace call_agent::app {

/// What the command line said, shared by every command.
struct Invocation {
  std::optional<std::filesystem::path> env_file;
  bool debug = false;
  /// Set by the subcommand that was named; returns the process's exit status.
  std::function<int()> run;
};

/// Says on standard error what is wrong; returns the exit status for it: 2 for wrong use, 1 otherwise.
int report_failure(const Error& error);

/// Each adds one subcommand whose callback sets `invocation.run`. One file each under commands/.
void add_server(CLI::App& cli, Invocation& invocation);
void add_calling_agent(CLI::App& cli, Invocation& invocation);
void add_media_process(CLI::App& cli, Invocation& invocation);
void add_make_calls(CLI::App& cli, Invocation& invocation);
void add_test_mcp_client(CLI::App& cli, Invocation& invocation);
void add_phone(CLI::App& cli, Invocation& invocation);
void add_calls(CLI::App& cli, Invocation& invocation);
void add_doctor(CLI::App& cli, Invocation& invocation);

}  // namespace call_agent::app
