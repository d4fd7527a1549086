#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "livekit/api/twirp.h"

namespace call_agent::livekit::api {

/// A request that an agent join a room. It has a job once a worker took it.
struct Dispatch {
  struct Job {
    /// livekit.JobStatus
    enum class Status : std::uint8_t { kPending, kRunning, kSuccess, kFailed };
    std::string id;
    Status status = Status::kPending;
    std::string worker_id;
    std::string participant_identity;
    std::string error;
  };
  std::string id;
  std::string agent_name;
  std::string room;
  std::string metadata;
  std::vector<Job> jobs;
};
Dispatch parse_dispatch(const Json& message);

/// livekit.AgentDispatchService. Names are checked first: kInvalidArgument.
class DispatchService {
 public:
  explicit DispatchService(TwirpClient& twirp) : twirp_(twirp) {}

  struct Create {
    std::string room;
    std::string agent_name;
    std::string metadata = {};  ///< Reaches the agent as its job's.
  };
  /// Never repeated: two dispatches are two agents. A dispatch made while no worker is available is accepted and lost:
  /// list() then shows it without a job.
  awaitable<TwirpResult<Dispatch>> create(Create request, Deadline deadline);

  /// Empty if the room has none. Repeated if unavailable.
  awaitable<TwirpResult<std::vector<Dispatch>>> list(std::string room, Deadline deadline);

  /// Its agent, if any, is told to leave. Errors: kNotFound. Repeated if unavailable.
  awaitable<TwirpResult<void>> remove(std::string room, std::string dispatch_id, Deadline deadline);

 private:
  TwirpClient& twirp_;
};

}  // namespace call_agent::livekit::api
