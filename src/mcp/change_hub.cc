#include "mcp/change_hub.h"

#include <utility>

#include "mcp/jsonrpc.h"
#include "mcp/results.h"
#include "mcp/revision.h"

namespace call_agent::mcp {

void ChangeHub::tools_changed() {
  for (auto* listener : listeners_) {
    if (!listener->filter_.tools) continue;
    listener->pending_.tools = true;
    listener->changed_.notify();
  }
}

void ChangeHub::prompts_changed() {
  for (auto* listener : listeners_) {
    if (!listener->filter_.prompts) continue;
    listener->pending_.prompts = true;
    listener->changed_.notify();
  }
}

void ChangeHub::resources_changed() {
  for (auto* listener : listeners_) {
    if (!listener->filter_.resources) continue;
    listener->pending_.resources = true;
    listener->changed_.notify();
  }
}

void ChangeHub::resource_changed(std::string_view uri, std::string_view owner) {
  for (auto* listener : listeners_) {
    if (!listener->may_hear(owner) || !listener->filter_.uris.contains(uri)) continue;
    listener->pending_.uris.emplace(uri);
    listener->changed_.notify();
  }
}

void ChangeHub::task_changed(const TaskDetail& detail, std::string_view owner) {
  std::string told;
  for (auto* listener : listeners_) {
    if (!listener->may_hear(owner) || !listener->filter_.tasks.contains(detail.task.id)) continue;
    if (told.empty()) told = task_members(detail);
    listener->pending_.tasks.insert_or_assign(detail.task.id, told);
    listener->changed_.notify();
  }
}

ChangeHub::Listener::Listener(ChangeHub& hub, const asio::any_io_executor& executor, std::string principal,
                              ChangeFilter filter)
    : hub_(hub), principal_(std::move(principal)), filter_(std::move(filter)), changed_(executor) {
  hub_.listeners_.insert(this);
  hub_.listening();
}

void ChangeHub::Listener::set_filter(ChangeFilter filter) {
  filter_ = std::move(filter);
  hub_.listening();
}

std::set<std::string> ChangeHub::watched_tasks() const {
  std::set<std::string> out;
  for (const auto* listener : listeners_) out.insert(listener->filter_.tasks.begin(), listener->filter_.tasks.end());
  return out;
}

std::set<std::string> ChangeHub::watched() const {
  std::set<std::string> out;
  for (const auto* listener : listeners_) out.insert(listener->filter_.uris.begin(), listener->filter_.uris.end());
  return out;
}

ChangeHub::Listener::~Listener() {
  hub_.listeners_.erase(this);
}

awaitable<Changes> ChangeHub::Listener::next() {
  while (pending_.empty()) {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return Changes{};
    co_await changed_.wait();
  }
  co_return std::exchange(pending_, {});
}

std::string change_notifications(const Changes& changes, std::string_view subscription) {
  std::string meta;
  if (!subscription.empty()) {
    meta.append(R"("_meta":{")").append(kMetaSubscription).append("\":").append(subscription).append("}");
  }
  std::string out;
  const auto tell = [&](std::string_view method, std::string_view members) {
    std::string params = "{";
    params += members;
    if (!meta.empty()) params.append(members.empty() ? "" : ",").append(meta);
    out += encode_notification(method, params + "}") + "\n";
  };
  if (changes.tools) tell("notifications/tools/list_changed", "");
  if (changes.prompts) tell("notifications/prompts/list_changed", "");
  if (changes.resources) tell("notifications/resources/list_changed", "");
  for (const auto& uri : changes.uris) tell("notifications/resources/updated", R"("uri":)" + dump_json(uri));
  for (const auto& [id, members] : changes.tasks) tell("notifications/tasks", members);
  return out;
}

}  // namespace call_agent::mcp
