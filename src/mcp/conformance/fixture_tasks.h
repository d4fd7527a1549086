#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/task_group.h"
#include "mcp/catalog.h"

namespace call_agent::mcp::conformance {

/// Tasks kept in memory, and the tools of the suite that make them. `hub` outlives it; stop() before it is destroyed.
class Tasks final : public TaskProvider {
 public:
  Tasks(const asio::any_io_executor& executor, ChangeHub& hub) : hub_(hub), working_(executor) {}

  awaitable<Result<TaskDetail>> get(std::string id, Principal principal) override;
  awaitable<Result<void>> update(std::string id, InputResponses responses, Principal principal) override;
  awaitable<Result<void>> cancel(std::string id, Principal principal) override;

  /// They live as long as this.
  std::vector<Tool> tools();
  awaitable<void> stop();
  std::size_t cancelled() const;

 private:
  struct Kept {
    TaskDetail detail;
    std::string owner;
  };

  /// A task that ends as `end` says after `delay`, or once its input requests are answered if it has any.
  Task begin(const RequestContext& context, TaskDetail end, milliseconds delay, InputRequests requests = {});
  awaitable<void> end_after(std::string id, TaskDetail end, milliseconds delay);
  void end(const std::string& id, TaskDetail end);
  Result<Kept*> find(const std::string& id, const Principal& principal);
  void changed(Kept& kept);

  awaitable<ToolOutcome> slow_compute(Json arguments, const RequestContext& context);
  awaitable<ToolOutcome> at_length(TaskDetail end, milliseconds delay, InputRequests requests,
                                   const RequestContext& context);
  awaitable<ToolOutcome> ask_then_work(const RequestContext& context);

  ChangeHub& hub_;
  TaskGroup working_;
  std::map<std::string, Kept> tasks_;
  std::map<std::string, TaskDetail> waiting_;  // How a task ends once it has its answers.
};

}  // namespace call_agent::mcp::conformance
