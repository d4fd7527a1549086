#pragma once

#include <string>
#include <vector>

#include "app/livekit_config.h"
#include "calls/ports.h"
#include "core/json.h"
#include "core/settings.h"

/// What `call-agent doctor` looks at. Nothing here rings a phone or starts an agent.
namespace call_agent::app {

struct Finding {
  /// The worse the later. kNeeded is nothing wrong, but no call is held without it; it may be on another machine.
  enum class Status : std::uint8_t { kGood, kWarning, kNeeded, kBad };
  Status status = Status::kGood;
  std::string subject;  ///< "LIVEKIT_URL", "call log".
  std::string detail;   ///< What was found; never a secret.
  std::string mend;     ///< What to do; empty if there is nothing to do.
};

/// The variables, where each came from, and which are missing.
std::vector<Finding> check_variables(const Settings& settings);

/// The files that ship beside the executable: libraries, models.
std::vector<Finding> check_files();

/// The plugin of the phone numbers, and that it refuses and accepts what it should.
Finding check_numbers();

/// That the call log opens for writing.
Finding check_call_log();

/// Whether an agent of this name runs on this machine; LiveKit does not tell who is registered. The log says when an
/// agent last got ready, wherever it runs.
Finding check_worker(const std::string& agent_name);

/// That LiveKit answers, takes the key, and has a trunk the agent may call through: `loopback_only`, as one that has
/// only a script, it may not call beyond this machine.
awaitable<std::vector<Finding>> check_livekit(LiveKitConfig config, bool loopback_only, milliseconds limit);

/// A line a finding, the mend under it.
std::string findings_text(const std::vector<Finding>& findings);
Json to_json(const std::vector<Finding>& findings);

/// What the findings come to.
struct Verdict {
  std::string text;
  int exit_status = 0;  ///< 0: calls can be made; 1: something is bad; 3: something is needed. (2 is wrong use.)
};
Verdict verdict(const std::vector<Finding>& findings);

}  // namespace call_agent::app
