#include "app/mcp/call_watch.h"

#include <utility>

#include "app/mcp/call_resources.h"
#include "app/mcp/call_tasks.h"

namespace call_agent::app {

CallWatch::CallWatch(CallDesk& desk, mcp::ChangeHub& hub, const asio::any_io_executor& executor, milliseconds poll)
    : desk_(desk), hub_(hub), poll_(poll), listening_(executor) {
  hub_.when_listening([this] { listening_.notify(); });
}

awaitable<void> CallWatch::run() {
  while (true) {
    std::map<std::string, bool> calls;  // By id, whether somebody watches it as a task.
    for (const auto& uri : hub_.watched()) {
      if (auto call_id = call_of_transcript(uri)) calls.emplace(*std::move(call_id), false);
    }
    for (const auto& task : hub_.watched_tasks()) calls.insert_or_assign(task, true);
    std::erase_if(told_, [&](const auto& each) { return !calls.contains(each.first); });
    for (const auto& [call_id, as_task] : calls) co_await look_at(call_id, as_task);
    if (calls.empty()) {
      co_await listening_.wait();
    } else {
      co_await sleep_for(poll_);
    }
  }
}

awaitable<void> CallWatch::look_at(std::string call_id, bool as_task) {
  const auto store = desk_.services().store();
  if (!store) co_return;
  const bool known = told_.contains(call_id);
  const auto events = co_await (*store)->events(call_id, told_[call_id]);
  if (!events || events->empty()) co_return;
  told_[call_id] = events->back().seq;
  // What was there before somebody began to watch is no news.
  if (!known) co_return;
  const auto call = co_await (*store)->get(call_id);
  if (!call) co_return;
  // Only its owner is told: that a call goes on is nobody else's business.
  const auto owner = call->owner.empty() ? mcp::local_user().id : call->owner;
  hub_.resource_changed(transcript_uri(call_id), owner);
  if (as_task) hub_.task_changed(task_detail(*call), owner);
}

}  // namespace call_agent::app
