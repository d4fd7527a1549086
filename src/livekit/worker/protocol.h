#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/result.h"

/// The agent-worker protocol (livekit_agent.proto of livekit/protocol), in protobuf's JSON mapping: text frames, which
/// livekit-server mirrors. Pure; no I/O.
namespace call_agent::livekit::worker {

/// A call waiting for an agent.
struct Job {
  std::string id;
  std::string dispatch_id;
  std::string room;      ///< The room's name.
  std::string metadata;  ///< The dispatch's.
};

struct Registered {
  std::string worker_id;
};
/// The server offers a job and expects an answer within ten seconds.
struct Offer {
  Job job;
};
struct Assignment {
  Job job;
  std::string url;    ///< Where the room is; empty means the worker's own server.
  std::string token;  ///< For joining the room, valid for an hour.
};
struct Termination {
  std::string job_id;
};
struct Pong {
  std::int64_t sent_ms = 0;  ///< The timestamp of our ping.
};
/// A message of a kind we have no use for.
struct Unknown {};

using ServerMessage = std::variant<Unknown, Registered, Offer, Assignment, Termination, Pong>;

/// Errors: kInvalidArgument for anything that is not a message of the protocol, or lacks what its kind needs.
Result<ServerMessage> parse_server_message(std::string_view frame);

enum class JobStatus : std::uint8_t { kRunning, kSuccess, kFailed };

std::string register_message(std::string_view agent_name, std::string_view version);
/// `identity`: the participant the agent will be; unused if it does not take the job.
std::string availability_message(std::string_view job_id, bool available, std::string_view identity);
/// `load` in [0, 1]; always sent, since an omitted one reads as 0.
std::string status_message(bool full, double load, int jobs);
std::string job_message(std::string_view job_id, JobStatus status, std::string_view error);
std::string ping_message(std::int64_t now_ms);

}  // namespace call_agent::livekit::worker
