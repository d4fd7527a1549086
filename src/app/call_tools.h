#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "calls/placer.h"
#include "calls/ports.h"
#include "core/clock.h"
#include "core/result.h"
#include "core/task_group.h"
#include "mcp/tool.h"

namespace call_agent::app {

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
  /// Owns the calls being placed, which go on when the client that asked goes away.
  virtual TaskGroup& placing() = 0;
};

/// The MCP tools: make_phone_call, wait_for_call, get_call, list_calls, end_call.
///
/// Lives on one executor; not thread-safe. Outlives the tools it hands out.
class CallTools {
 public:
  struct Timing {
    milliseconds poll{200};         ///< How often a followed call's record is read.
    milliseconds heartbeat{5'000};  ///< Between progress reports while nothing happens.
    milliseconds hang_up{5'000};    ///< For the agent to report a hang-up, before it is recorded without it.
  };

  /// `services` outlives it.
  CallTools(CallServices& services, Timing timing) : services_(services), timing_(timing) {}
  explicit CallTools(CallServices& services) : CallTools(services, Timing{}) {}

  std::vector<mcp::Tool> tools();

  /// For the model that is to use them.
  static std::string_view instructions();

 private:
  awaitable<mcp::ToolOutcome> make_phone_call(Json arguments, const mcp::RequestContext& context);
  awaitable<mcp::ToolOutcome> wait_for_call(Json arguments, const mcp::RequestContext& context);
  awaitable<mcp::ToolOutcome> get_call(Json arguments);
  awaitable<mcp::ToolOutcome> list_calls(Json arguments);
  awaitable<mcp::ToolOutcome> end_call(Json arguments);

  awaitable<void> tell_ringing(const std::string& call_id, const mcp::RequestContext& context);
  awaitable<Result<calls::Call>> read(std::string call_id);
  awaitable<Result<calls::Call>> hang_up(calls::Call call);
  void remember(const std::string& call_id, std::size_t turns);

  CallServices& services_;
  const Timing timing_;
  // How many turns of a call this client has been told, so that each wait tells what is new. Bounded; a forgotten call
  // is told from its start again.
  std::unordered_map<std::string, std::size_t> told_;
};

}  // namespace call_agent::app
