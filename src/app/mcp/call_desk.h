#pragma once

#include <string>
#include <string_view>

#include "app/mcp/call_services.h"
#include "core/clock.h"
#include "mcp/principal.h"

namespace call_agent::app {

/// Where a principal's calls are looked up and acted on: what tools, tasks and resources have in common. Another's call
/// reads exactly like one that never was.
///
/// Lives on one executor; not thread-safe.
class CallDesk {
 public:
  struct Timing {
    milliseconds poll{200};         ///< How often a followed call's record is read.
    milliseconds heartbeat{5'000};  ///< Between progress reports while nothing happens.
    milliseconds taken{2'000};      ///< For the agent to take a command.
    milliseconds obeyed{15'000};    ///< For a command's result; a transfer's may take longer than that.
    milliseconds transfer{50'000};
    milliseconds hang_up{5'000};  ///< For the agent to report a hang-up, before it is recorded without it.
  };

  /// `services` outlives it.
  CallDesk(CallServices& services, Timing timing) : services_(services), timing_(timing) {}

  CallServices& services() const { return services_; }
  const Timing& timing() const { return timing_; }

  /// Errors: kNotFound, with where to look; the store's.
  awaitable<Result<calls::Call>> read(std::string call_id, std::string owner);

  struct Sent {
    std::optional<calls::CommandResult> result;  ///< Empty if it was not known in time.
    bool taken = false;                          ///< Else the agent has not even seen it.
  };
  /// Sends a command and waits for what becomes of it, `patience` at most.
  /// Errors: kConflict (the call has ended), kOverloaded; the store's.
  awaitable<Result<Sent>> send(calls::Command command, milliseconds patience);

  /// Hangs up, and returns once nobody is on the line: through the agent if it is there, else by deleting the room. An
  /// agent that is there says itself how the call ended: while it writes its report the call is not over yet.
  /// Errors: kUnavailable and others if the hang-up is not confirmed; to be asked again, even if the call has ended.
  awaitable<Result<calls::Call>> hang_up(calls::Call call);

 private:
  awaitable<Result<calls::Call>> delete_room_of(calls::Call call, bool has_agent);
  awaitable<Result<std::optional<calls::Call>>> wait_for_end(std::string call_id, milliseconds limit);
  awaitable<Result<void>> record_cancel(std::string call_id);

  CallServices& services_;
  const Timing timing_;
};

/// Under what name a principal's calls are kept: nothing for the user of this machine.
std::string owner_of(const mcp::Principal& principal);

}  // namespace call_agent::app
