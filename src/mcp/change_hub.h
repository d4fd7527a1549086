#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/channel.h"
#include "mcp/task.h"

namespace call_agent::mcp {

/// Which changes a client asked to be told. At most kMaxSubscriptions resources and as many tasks.
struct ChangeFilter {
  static constexpr std::size_t kMaxSubscriptions = 256;

  bool tools = false;  ///< The list of tools, and so on.
  bool prompts = false;
  bool resources = false;
  std::set<std::string, std::less<>> uris;
  std::set<std::string, std::less<>> tasks;

  bool empty() const { return !tools && !prompts && !resources && uris.empty() && tasks.empty(); }
};

/// What has changed since a listener was last told. Each thing is named once, however often it changed.
struct Changes {
  bool tools = false;
  bool prompts = false;
  bool resources = false;
  std::set<std::string, std::less<>> uris;
  std::map<std::string, std::string, std::less<>> tasks;  ///< By id, where it stands now: params as JSON text.

  bool empty() const { return !tools && !prompts && !resources && uris.empty() && tasks.empty(); }
};

/// Tells whoever listens that something changed. Providers call it; it knows no connection.
///
/// What waits for a slow listener is bounded by its filter: a change of what is already waiting is the same change.
/// Lives on one executor; not thread-safe. Outlives its listeners.
class ChangeHub {
 public:
  class Listener;

  void tools_changed();
  void prompts_changed();
  void resources_changed();
  /// Only listeners of the principal `owner` are told; an empty owner: everybody's.
  void resource_changed(std::string_view uri, std::string_view owner);
  void task_changed(const TaskDetail& detail, std::string_view owner);

  std::size_t listeners() const { return listeners_.size(); }
  /// The resources somebody watches, so that a provider need not look at the others.
  std::set<std::string> watched() const;
  /// The tasks, likewise.
  std::set<std::string> watched_tasks() const;
  /// `told` is called whenever somebody begins to listen, or listens to something else.
  void when_listening(std::function<void()> told) { told_ = std::move(told); }

 private:
  void listening() const {
    if (told_) told_();
  }

  std::set<Listener*> listeners_;
  std::function<void()> told_;
};

/// One client that listens, from construction to destruction.
class ChangeHub::Listener {
 public:
  Listener(ChangeHub& hub, const asio::any_io_executor& executor, std::string principal, ChangeFilter filter);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void set_filter(ChangeFilter filter);

  /// Returns once something has changed, or when cancelled: then empty.
  awaitable<Changes> next();

 private:
  friend class ChangeHub;
  bool may_hear(std::string_view owner) const { return owner.empty() || owner == principal_; }

  ChangeHub& hub_;
  std::string principal_;
  ChangeFilter filter_;
  Changes pending_;
  Notifier changed_;
};

/// The notifications that tell `changes`, a line each. `subscription` is the id of the listen request as JSON text,
/// empty in the revisions that have none.
std::string change_notifications(const Changes& changes, std::string_view subscription);

}  // namespace call_agent::mcp
