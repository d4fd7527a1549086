#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "app/livekit_config.h"
#include "app/worker/providers.h"

namespace call_agent::app {

struct MediaProcessOptions {
  LiveKitConfig livekit;
  std::string agent_name = "calling_agent";
  int capacity = 8;  ///< Calls at once in this process.
  Providers::Options providers;
  std::optional<std::filesystem::path> recordings;  ///< The folder; empty for none.
  bool any_callee_kind = false;                     ///< Benchmarks: the far end is a plain participant.
};

/// Serves as one LiveKit worker until SIGTERM, then drains: takes no more calls, lets the running ones end, however
/// long they take. SIGUSR1 ends them. SIGTERM may come more than once: from the supervisor, from whoever stops the
/// whole group, and from the kernel, for each thread of a supervisor that dies. Returns the exit status.
int run_media_process(const MediaProcessOptions& options);

}  // namespace call_agent::app
