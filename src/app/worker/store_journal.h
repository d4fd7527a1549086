#pragma once

#include <string>
#include <variant>

#include "agent/journal.h"
#include "calls/ports.h"
#include "core/channel.h"
#include "core/clock.h"
#include "core/task_group.h"

namespace call_agent::app {

/// Appends each turn to the call log as it happens, in order, without making the conversation wait for the disk.
/// Lives on one executor. finish() before destroying.
class StoreJournal : public agent::Journal {
 public:
  static constexpr milliseconds kLastPatience{20'000};

  StoreJournal(asio::any_io_executor executor, calls::CallStore& store, std::string call_id);

  void on_turn(const agent::Turn& turn) override;
  void on_question(const agent::Question& question) override;
  void on_question_closed(std::string_view id, std::string_view how) override;
  void on_event(std::string_view kind, const Json& data) override;

  /// Returns once everything handed over is durable, or its loss is logged: while the call goes on, what the log
  /// refuses waits for a better moment; from here on no longer than `patience`.
  awaitable<void> finish(milliseconds patience = kLastPatience);

 private:
  struct Closed {
    std::string id, how;
  };
  using Entry = std::variant<calls::Turn, calls::Question, Closed, Json>;

  void push(Entry entry);
  awaitable<void> append();
  awaitable<Result<void>> write(Entry entry);

  calls::CallStore& store_;
  std::string call_id_;
  Channel<Entry> queue_;
  Deadline patience_ = Deadline::never();
  TaskGroup writer_;
};

/// The same turn in the words of the call log.
calls::Turn to_log(const agent::Turn& turn);

}  // namespace call_agent::app
