#include "app/worker/worker_arguments.h"

#include <CLI/CLI.hpp>

namespace call_agent::app {

void WorkerArguments::add_to(CLI::App& cli) {
  cli.add_option("--agent-name", agent_name, "The name calls are dispatched to")->capture_default_str();
  cli.add_option("--scripted", scripted, "Dialogues to follow when no language model is configured: a file or a folder")
      ->check(CLI::ExistingPath)
      ->type_name("PATH");
  cli.add_flag("--allow-scripted", force_scripted, "Speak a scripted dialogue even to phones beyond this machine");
  cli.add_flag("--no-recording", no_recording, "Keep no WAV of the calls");
  cli.add_option("--speech", speech, "local, or stub: zero-latency stand-ins for benchmarks")
      ->check(CLI::IsMember({"local", "stub"}))
      ->capture_default_str();
  cli.add_flag("--any-callee-kind", any_callee_kind, "For benchmarks: the far end is a plain participant");
}

std::vector<std::string> WorkerArguments::to_command_line() const {
  std::vector<std::string> line{"--agent-name", agent_name, "--speech", speech};
  if (!scripted.empty()) line.insert(line.end(), {"--scripted", scripted});
  if (force_scripted) line.emplace_back("--allow-scripted");
  if (no_recording) line.emplace_back("--no-recording");
  if (any_callee_kind) line.emplace_back("--any-callee-kind");
  return line;
}

}  // namespace call_agent::app
