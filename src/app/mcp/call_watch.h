#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "app/mcp/call_desk.h"
#include "core/channel.h"
#include "mcp/change_hub.h"

namespace call_agent::app {

/// Tells clients that listen what happens on calls: that a transcript has grown, how a task stands.
///
/// Lives on one executor; not thread-safe.
class CallWatch {
 public:
  /// Both outlive it. How often a watched call's record is read: `poll`.
  CallWatch(CallDesk& desk, mcp::ChangeHub& hub, const asio::any_io_executor& executor, milliseconds poll);

  /// To be run by a task group; ends when cancelled.
  awaitable<void> run();

 private:
  awaitable<void> look_at(std::string call_id, bool as_task);

  CallDesk& desk_;
  mcp::ChangeHub& hub_;
  const milliseconds poll_;
  Notifier listening_;
  std::map<std::string, std::int64_t> told_;  // By watched call, the event told last.
};

}  // namespace call_agent::app
