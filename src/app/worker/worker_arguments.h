#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace call_agent::app {

/// The options a media process shares with its supervisor, which passes them on unchanged.
struct WorkerArguments {
  std::string agent_name = "calling_agent";
  std::string speech = "local";  ///< "local" or "stub".
  std::string scripted;          ///< A dialogue file or folder; empty for the ones we ship.
  bool force_scripted = false;
  bool no_recording = false;
  bool any_callee_kind = false;

  void add_to(CLI::App& cli);
  /// The same, as a command line.
  std::vector<std::string> to_command_line() const;
};

}  // namespace call_agent::app
