#pragma once

#include <atomic>
#include <boost/asio/async_result.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include "core/asio.h"
#include "core/result.h"

namespace call_agent {

/// A named set of threads for work that would stall a session: model inference, SQLite.
/// Work runs in the order it was accepted.
///
/// Thread-safe. Must outlive every session that uses it.
class Lane {
 public:
  /// `max_pending` counts work accepted and not finished, over all threads.
  Lane(std::size_t threads, std::size_t max_pending) : pool_(threads), max_pending_(max_pending) {}

  /// Waits for accepted work to finish.
  ~Lane() { pool_.join(); }

  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  /// Runs `work` on a lane thread, then resumes the caller on its own executor.
  /// `work` returns a Result<T>, must not throw and must not touch session state.
  ///
  /// Errors: kOverloaded, at once, if the lane is full. A slow model must cost one reply, never the audio of
  /// every other call.
  template <class Work, class R = std::invoke_result_t<Work&>>
  awaitable<R> run(Work work) {
    if (pending_.fetch_add(1, std::memory_order_relaxed) >= max_pending_) {
      pending_.fetch_sub(1, std::memory_order_relaxed);
      co_return fail(Errc::kOverloaded, "lane is full");
    }
    auto start = [this](auto handler, Work job) {
      auto home = asio::make_work_guard(handler);
      auto task = [this, handler = std::move(handler), home = std::move(home), job = std::move(job)]() mutable {
        R result{job()};
        pending_.fetch_sub(1, std::memory_order_relaxed);
        auto resume = [handler = std::move(handler), result = std::move(result)]() mutable {
          std::move(handler)(std::move(result));
        };
        asio::post(home.get_executor(), std::move(resume));
      };
      asio::post(pool_, std::move(task));
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(R)>(
        std::move(start), asio::use_awaitable, std::move(work));
  }

 private:
  asio::thread_pool pool_;
  const std::size_t max_pending_;
  std::atomic<std::size_t> pending_{0};
};

}  // namespace call_agent
