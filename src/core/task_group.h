#pragma once

#include <cstdint>
#include <list>

#include "core/asio.h"
#include "core/channel.h"

namespace call_agent {

/// Owns coroutines: nothing in the system is fire-and-forget. Stop = cancel(), then co_await join().
///
/// Lives on one executor; not thread-safe. Destroying a group that still has members is a defect and aborts.
class TaskGroup {
 public:
  explicit TaskGroup(asio::any_io_executor executor) : executor_(std::move(executor)), idle_(executor_) {}
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts `task` on the group's executor. An exception that leaves it is logged and ends that task only.
  /// Returns its number, for cancel(); numbers are not used twice.
  std::uint64_t spawn(awaitable<void> task);

  /// Asks every member to stop, through its cancellation slot. Idempotent.
  /// A member's pending wait returns at once; its next co_await throws operation_aborted, which unwinds it and is not
  /// logged. A member that has not started yet never does. A member that must still await while it cleans up calls
  /// `this_coro::reset_cancellation_state()` first.
  void cancel();
  /// The same for one member; nothing if it has ended.
  void cancel(std::uint64_t member);

  /// Returns once no member is left, and never earlier. Members spawned meanwhile are waited for too.
  /// If the coroutine that joins is cancelled meanwhile, the members are asked to stop as by cancel().
  awaitable<void> join();

  std::size_t size() const { return members_.size(); }

 private:
  struct Member {
    std::uint64_t number;
    asio::cancellation_signal stop;
    bool started = false;
    bool asked_to_stop = false;
  };

  static awaitable<void> run(Member& member, awaitable<void> task);

  asio::any_io_executor executor_;
  Notifier idle_;
  std::uint64_t last_number_ = 0;
  std::list<Member> members_;
};

}  // namespace call_agent
