#include "app/call_following.h"

#include <fmt/format.h>

namespace call_agent::app {

awaitable<Result<calls::Call>> follow_call(calls::CallStore& store, std::string call_id, milliseconds poll,
                                           Deadline deadline, std::function<void(const calls::Event&)> on_event) {
  std::int64_t last = 0;
  bool ended = false;
  while (true) {
    const auto events = co_await store.events(call_id, last);
    if (!events) co_return pass(events);
    for (const auto& event : *events) {
      last = event.seq;
      if (event.kind == "state" && event.data.value("state", "") == calls::to_string(calls::State::kEnded))
        ended = true;
      on_event(event);
    }
    if (!events->empty()) continue;  // There may be more than one answer holds.
    if (ended) co_return co_await store.get(call_id);
    if (deadline.passed()) {
      co_return fail(Errc::kDeadline, fmt::format("call {} has not ended in the time that calls may take", call_id));
    }
    co_await sleep_for(poll);
  }
}

}  // namespace call_agent::app
