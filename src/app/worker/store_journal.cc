#include "app/worker/store_journal.h"

#include "core/log.h"

namespace call_agent::app {
namespace {

// A turn takes seconds to say and a millisecond to append: more waiting than this means a disk that has stopped.
constexpr std::size_t kMostWaiting = 1000;

}  // namespace

calls::Turn to_log(const agent::Turn& turn) {
  return {.role = turn.role == agent::Role::kAgent ? calls::Turn::Role::kAgent : calls::Turn::Role::kCallee,
          .text = turn.text,
          .start_ms = turn.start.count(),
          .end_ms = turn.end.count(),
          .interrupted = turn.interrupted,
          .confidence = turn.confidence,
          .metrics = turn.metrics};
}

StoreJournal::StoreJournal(asio::any_io_executor executor, calls::CallStore& store, std::string call_id)
    : store_(store),
      call_id_(std::move(call_id)),
      queue_(executor, kMostWaiting, Overflow::kReject),
      writer_(executor) {
  writer_.spawn(append());
}

void StoreJournal::on_turn(const agent::Turn& turn) {
  if (!queue_.push(to_log(turn))) log::error("call {}: the log does not keep up, a turn is lost", call_id_);
}

void StoreJournal::on_event(std::string_view kind, const Json& data) {
  Json note = {{"kind", kind}, {"data", data}};
  if (!queue_.push(std::move(note))) log::warn("call {}: the log does not keep up, a note is lost", call_id_);
}

awaitable<void> StoreJournal::append() {
  while (auto entry = co_await queue_.pop()) {
    Result<void> appended;
    if (auto* turn = std::get_if<calls::Turn>(&*entry)) {
      appended = co_await store_.append_turn(call_id_, std::move(*turn));
    } else {
      appended = co_await store_.append_note(call_id_, std::move(std::get<Json>(*entry)));
    }
    if (!appended) log::error("call {}: the log refused an entry: {}", call_id_, appended.error().what);
  }
}

awaitable<void> StoreJournal::finish() {
  queue_.close();
  co_await writer_.join();
}

}  // namespace call_agent::app
