#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "calls/placer.h"
#include "calls/ports.h"
#include "core/result.h"
#include "core/task_group.h"

namespace call_agent::app {

/// Whether a person has to say yes before a phone rings (CALL_AGENT_CONFIRM).
enum class ConfirmPolicy : std::uint8_t {
  kNewNumbers,  ///< "new", the default: before a number's first call, where the client can ask.
  kAlways,      ///< "always": before every call; a client that cannot ask cannot call.
  kNever,       ///< "never": the client's own approval of the tool is enough.
};
/// Errors: kInvalidArgument naming the variable.
Result<ConfirmPolicy> confirm_policy_from(std::optional<std::string_view> setting);

/// What the tools stand on, each part opened when it is first asked for, so that a server without configuration still
/// starts and says what is missing when it matters. Every pointer stays valid as long as this.
class CallServices {
 public:
  virtual ~CallServices() = default;
  virtual Result<const calls::NumberingPlan*> plan() = 0;
  virtual Result<calls::CallStore*> store() = 0;
  /// Errors: kInvalidArgument naming every missing variable and where to get it.
  virtual Result<calls::Telephony*> telephony() = 0;
  virtual Result<calls::Placer*> placer() = 0;
  virtual Result<ConfirmPolicy> confirm_policy() = 0;
  /// From the request of a call until it is answered or has failed, at most.
  virtual milliseconds longest_attempt() const = 0;
  /// Owns the calls being placed, which go on when the client that asked goes away.
  virtual TaskGroup& placing() = 0;
};

}  // namespace call_agent::app
