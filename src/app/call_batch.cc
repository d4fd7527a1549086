#include "app/call_batch.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/call_following.h"
#include "app/call_text.h"
#include "app/terminal_text.h"
#include "core/task_group.h"

namespace call_agent::app {

CallBatch::CallBatch(calls::CallStore& store, calls::Placer& placer, std::vector<ListedCall> list, Options options,
                     Print print)
    : store_(store), placer_(placer), list_(std::move(list)), options_(options), print_(std::move(print)) {}

awaitable<void> CallBatch::run() {
  TaskGroup workers(co_await asio::this_coro::executor);
  const auto count = std::min<std::size_t>(static_cast<std::size_t>(std::max(options_.concurrency, 1)), list_.size());
  for (std::size_t i = 0; i < count; ++i) workers.spawn(work());
  co_await workers.join();
}

awaitable<void> CallBatch::work() {
  while (next_ < list_.size()) co_await one(next_++);
}

awaitable<void> CallBatch::one(std::size_t index) {
  const auto& request = list_[index].request;
  const std::string label = fmt::format("[{}/{} {}] ", index + 1, list_.size(), printable(request.phone_number, 24));
  const auto say = [&](std::string_view text) {
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size() - 1);
      const auto line = text.substr(0, end + 1);
      print_(fmt::format("{}{}{}", label, line, line.ends_with('\n') ? "" : "\n"));
      text.remove_prefix(end + 1);
    }
  };

  calls::OnProgress on_progress = [&](const calls::Progress& progress) {
    // The log's events, which follow, tell the rest.
    if (!options_.wait || progress.state < calls::State::kActive) say(progress.message);
  };
  auto call = co_await placer_.place(request, std::move(on_progress));
  if (call && options_.wait) {
    if (!call->outcome) say(fmt::format("answered: {}", call->call_id));
    auto on_event = [&](const calls::Event& event) {
      if (event.kind == "turn") say(event_text(event));
    };
    call = co_await follow_call(store_, call->call_id, options_.poll, Deadline::after(options_.longest),
                                std::move(on_event));
  }
  if (!call) {
    say(fmt::format("error: {}", call.error().what));
    ++results_["error"];
    co_return;
  }
  say(ending_text(*call));
  ++results_[std::string(call->outcome ? calls::to_string(*call->outcome) : calls::to_string(call->state))];
}

bool CallBatch::succeeded() const {
  std::size_t good = 0;
  for (const auto& [result, count] : results_) {
    const bool held = result == "completed" || result == "voicemail_left";
    const bool begun = !options_.wait && result == "active";
    if (held || begun) good += static_cast<std::size_t>(count);
  }
  return good == list_.size();
}

}  // namespace call_agent::app
