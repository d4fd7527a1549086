#include "core/task_group.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <cstdlib>
#include <exception>

#include "core/log.h"

namespace call_agent {

TaskGroup::~TaskGroup() {
  if (members_.empty()) return;
  log::error("task group destroyed with {} members", members_.size());
  std::abort();
}

// Everything a task can throw ends here. Asio's own entry point must not see a cancelled thread that has not been
// suspended yet: it would lose the completion, and the group would wait for that member for ever.
awaitable<void> TaskGroup::run(Member& member, awaitable<void> task) {
  member.started = true;
  if (member.asked_to_stop) co_return;
  try {
    co_await std::move(task);
  } catch (const boost::system::system_error& error) {
    // How a cancelled coroutine unwinds: its next co_await throws.
    if (error.code() != asio::error::operation_aborted) log::error("task ended by an exception: {}", error.what());
  } catch (const std::exception& error) {
    log::error("task ended by an exception: {}", error.what());
  }
  co_await asio::this_coro::throw_if_cancelled(false);
}

std::uint64_t TaskGroup::spawn(awaitable<void> task) {
  const auto number = ++last_number_;
  const auto member = members_.emplace(members_.end(), number);
  auto done = [this, member](std::exception_ptr) {
    members_.erase(member);
    if (members_.empty()) idle_.notify();
  };
  asio::co_spawn(executor_, run(*member, std::move(task)),
                 asio::bind_cancellation_slot(member->stop.slot(), std::move(done)));
  return number;
}

void TaskGroup::cancel() {
  // Each signal may complete its member at once; iterate so that erasing the current one is safe.
  for (auto it = members_.begin(); it != members_.end();) {
    auto current = it++;
    current->asked_to_stop = true;
    if (current->started) current->stop.emit(asio::cancellation_type::all);
  }
}

void TaskGroup::cancel(std::uint64_t member) {
  const auto found = std::ranges::find(members_, member, &Member::number);
  if (found == members_.end()) return;
  found->asked_to_stop = true;
  if (found->started) found->stop.emit(asio::cancellation_type::all);
}

awaitable<void> TaskGroup::join() {
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  bool passed_on = false;
  while (!members_.empty()) {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (!passed_on && state.cancelled() != asio::cancellation_type::none) {
      passed_on = true;
      cancel();
    }
    co_await idle_.wait();
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
}

}  // namespace call_agent
