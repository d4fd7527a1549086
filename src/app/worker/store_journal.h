#pragma once

#include <string>
#include <variant>

#include "agent/journal.h"
#include "calls/ports.h"
#include "core/channel.h"
#include "core/task_group.h"

namespace call_agent::app {

/// Appends each turn to the call log as it happens, in order, without making the conversation wait for the disk.
/// Lives on one executor. finish() before destroying.
class StoreJournal : public agent::Journal {
 public:
  StoreJournal(asio::any_io_executor executor, calls::CallStore& store, std::string call_id);

  void on_turn(const agent::Turn& turn) override;
  void on_event(std::string_view kind, const Json& data) override;

  /// Returns once everything handed over is durable, or its loss is logged.
  awaitable<void> finish();

 private:
  awaitable<void> append();

  calls::CallStore& store_;
  std::string call_id_;
  Channel<std::variant<calls::Turn, Json>> queue_;
  TaskGroup writer_;
};

/// The same turn in the words of the call log.
calls::Turn to_log(const agent::Turn& turn);

}  // namespace call_agent::app
