#pragma once

#include <string>
#include <string_view>

#include "calls/call.h"
#include "core/json.h"
#include "core/result.h"

/// What the placer tells the agent about a call: the metadata of the LiveKit job, and how the agent answers.
namespace call_agent::calls {

/// The agent sets this attribute on its participant once it has joined and its first sentence is ready.
inline constexpr std::string_view kAgentStateAttribute = "call_agent.state";
inline constexpr std::string_view kReady = "ready";
/// Beside it: an agent that only rehearses, a script its only language, may not be heard beyond this machine.
inline constexpr std::string_view kAgentReachAttribute = "call_agent.reach";
inline constexpr std::string_view kLoopbackOnly = "loopback";

/// LiveKit takes at most 64 KiB of metadata, token and all.
inline constexpr std::size_t kMostMetadataBytes = 48 * 1024;

struct JobMetadata {
  std::string call_id;
  std::string phone_number;     ///< E.164.
  std::string callee_identity;  ///< The identity the phone will have in the room.
  std::string room;
  std::string objective;
  std::string context;
  std::string opening;
  Json result_schema;           ///< JSON Schema object; null if no answers are wanted.
  std::string language = "en";  ///< BCP 47.
  int max_minutes = 10;         ///< 1 to 240.
  bool leave_voicemail = false;
  std::string voicemail_message;  ///< Empty lets the agent choose.

  /// From a call's record; `call.request` has the optional fields by the names they have here.
  /// Errors: kInvalidArgument naming the field, and for metadata beyond kMostMetadataBytes.
  static Result<JobMetadata> of(const Call& call);

  /// Errors: kInvalidArgument naming the field. Unknown fields are ignored: the sender may be newer.
  static Result<JobMetadata> parse(std::string_view metadata);

  std::string to_text() const;
};

/// The phone's identity in the room of this call.
std::string callee_identity(std::string_view call_id);

}  // namespace call_agent::calls
