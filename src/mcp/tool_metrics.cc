#include "mcp/tool_metrics.h"

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "core/clock.h"

namespace call_agent::mcp {
namespace {

/// How a call may end; kEndings are their names.
enum Ending : std::size_t { kOk, kError, kQuestion, kTask, kFailed, kLeft };
constexpr std::array<const char*, 6> kEndings{"ok", "error", "question", "task", "failed", "left"};

struct Measured {
  ToolHandler handler;
  Metrics::Histogram* seconds;
  std::array<Metrics::Counter*, kEndings.size()> ended;
};

Ending ending_of(const ToolOutcome& outcome) {
  if (const auto* result = std::get_if<ToolResult>(&outcome)) return result->is_error ? kError : kOk;
  if (std::holds_alternative<InputRequired>(outcome)) return kQuestion;
  return std::holds_alternative<Task>(outcome) ? kTask : kFailed;
}

/// Counts a call when it is over, however it ends.
class Measurement {
 public:
  explicit Measurement(const Measured& tool) : tool_(tool) {}
  ~Measurement() {
    tool_.ended[ending]->add();
    tool_.seconds->observe(std::chrono::duration<double>(Clock::now() - began_).count());
  }
  Measurement(const Measurement&) = delete;
  Measurement& operator=(const Measurement&) = delete;

  Ending ending = kLeft;

 private:
  const Measured& tool_;
  const TimePoint began_ = Clock::now();
};

awaitable<ToolOutcome> run(std::shared_ptr<const Measured> tool, Json arguments, const RequestContext& context) {
  Measurement measurement(*tool);
  auto outcome = co_await tool->handler(std::move(arguments), context);
  measurement.ending = ending_of(outcome);
  co_return outcome;
}

}  // namespace

std::vector<Tool> measured(std::vector<Tool> tools, Metrics& metrics) {
  for (auto& tool : tools) {
    auto counted = std::make_shared<Measured>();
    counted->handler = std::move(tool.handler);
    // A call of a tool may wait 45 s for the phone.
    counted->seconds = &metrics.histogram("mcp_tool_seconds", "How long a call of a tool took.",
                                          {0.001, 0.01, 0.1, 1, 10, 60}, {{"tool", tool.name}});
    for (std::size_t i = 0; i < kEndings.size(); ++i) {
      counted->ended[i] = &metrics.counter("mcp_tool_calls_total", "Calls of tools, by how they ended.",
                                           {{"tool", tool.name}, {"result", kEndings[i]}});
    }
    tool.handler = [counted = std::shared_ptr<const Measured>(std::move(counted))](Json arguments,
                                                                                   const RequestContext& context) {
      return run(counted, std::move(arguments), context);
    };
  }
  return tools;
}

}  // namespace call_agent::mcp
