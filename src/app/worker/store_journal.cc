#include "app/worker/store_journal.h"

#include "app/worker/insist.h"
#include "core/clock.h"
#include "core/log.h"

namespace call_agent::app {
namespace {

// A turn takes seconds to say and a millisecond to append: more waiting than this means a disk that has stopped.
constexpr std::size_t kMostEntries = 1000;

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
      queue_(executor, kMostEntries, Overflow::kReject),
      writer_(executor) {
  writer_.spawn(append());
}

void StoreJournal::on_turn(const agent::Turn& turn) {
  push(to_log(turn));
}

void StoreJournal::on_question(const agent::Question& question) {
  const auto now = unix_ms();
  push(calls::Question{.id = question.id,
                       .text = question.text,
                       .choices = question.choices,
                       .asked_ms = now,
                       .expires_ms = now + question.limit.count()});
}

void StoreJournal::on_question_closed(std::string_view id, std::string_view how) {
  push(Closed{std::string(id), std::string(how)});
}

void StoreJournal::on_event(std::string_view kind, const Json& data) {
  push(Json{{"kind", kind}, {"data", data}});
}

void StoreJournal::push(Entry entry) {
  if (!queue_.push(std::move(entry))) log::error("call {}: the log does not keep up, an entry is lost", call_id_);
}

awaitable<void> StoreJournal::append() {
  while (auto entry = co_await queue_.pop()) {
    const auto appended = co_await insist([&] { return write(*entry); }, patience_);
    if (!appended) log::error("call {}: the log refused an entry: {}", call_id_, appended.error().what);
  }
}

awaitable<Result<void>> StoreJournal::write(Entry entry) {
  if (auto* turn = std::get_if<calls::Turn>(&entry)) co_return co_await store_.append_turn(call_id_, std::move(*turn));
  if (auto* question = std::get_if<calls::Question>(&entry))
    co_return co_await store_.ask(call_id_, std::move(*question));
  if (auto* closed = std::get_if<Closed>(&entry)) {
    co_return co_await store_.close_question(call_id_, std::move(closed->id), std::move(closed->how));
  }
  co_return co_await store_.append_note(call_id_, std::move(std::get<Json>(entry)));
}

awaitable<void> StoreJournal::finish(milliseconds patience) {
  patience_ = Deadline::after(patience);
  queue_.close();
  co_await writer_.join();
}

}  // namespace call_agent::app
