#pragma once

#include <algorithm>
#include <boost/intrusive/list.hpp>
#include <deque>
#include <optional>
#include <utility>

#include "core/clock.h"

namespace call_agent {

/// An event coroutines of one executor wait for: notify() wakes every waiter. Not thread-safe.
class Notifier {
 public:
  explicit Notifier(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  void notify() {
    for (auto& waiter : waiters_) waiter.timer.cancel();
  }

  /// Returns on the next notify(), at the deadline, or when cancelled; the caller rechecks its condition.
  awaitable<void> wait(Deadline deadline = Deadline::never()) {
    // A timer each: one shared by waiters with different deadlines would wake them all at every new wait.
    Waiter waiter{.timer = asio::steady_timer(executor_, deadline.at())};
    waiters_.push_back(waiter);
    boost::system::error_code ignored;
    co_await waiter.timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

 private:
  using Hook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
  struct Waiter : Hook {
    asio::steady_timer timer;
  };

  asio::any_io_executor executor_;
  boost::intrusive::list<Waiter, boost::intrusive::constant_time_size<false>> waiters_;
};

/// What a full channel does with one more item.
enum class Overflow { kDropOldest, kReject };

/// A bounded queue between coroutines of one executor. Not thread-safe.
template <class T>
class Channel {
 public:
  Channel(const asio::any_io_executor& executor, std::size_t capacity, Overflow policy)
      : ready_(executor), capacity_(std::max<std::size_t>(capacity, 1)), policy_(policy) {}

  /// False if the channel is closed, or full under kReject.
  bool push(T item) {
    if (closed_) return false;
    if (items_.size() >= capacity_) {
      ++dropped_;
      if (policy_ == Overflow::kReject) return false;
      items_.pop_front();
    }
    items_.push_back(std::move(item));
    ready_.notify();
    return true;
  }

  /// The next item; empty once closed and drained, or when the caller is cancelled.
  awaitable<std::optional<T>> pop() {
    while (items_.empty()) {
      const auto state = co_await asio::this_coro::cancellation_state;
      if (closed_ || state.cancelled() != asio::cancellation_type::none) co_return std::nullopt;
      co_await ready_.wait();
    }
    T item = std::move(items_.front());
    items_.pop_front();
    co_return item;
  }

  void close() {
    closed_ = true;
    ready_.notify();
  }
  bool closed() const { return closed_; }
  std::size_t size() const { return items_.size(); }
  std::size_t dropped() const { return dropped_; }

 private:
  Notifier ready_;
  std::deque<T> items_;
  std::size_t capacity_;
  std::size_t dropped_ = 0;
  Overflow policy_;
  bool closed_ = false;
};

}  // namespace call_agent
