#pragma once

#include <memory>
#include <utility>

#include "core/asio.h"
#include "core/clock.h"

namespace call_agent::net {

/// Ends an exchange at its deadline: runs `expire` (which closes the socket, so that whatever is pending returns)
/// unless the watchdog is destroyed first. One timer for a whole exchange instead of one an operation.
class Watchdog {
 public:
  template <class Expire>
  Watchdog(const asio::any_io_executor& executor, Deadline deadline, Expire expire)
      : state_(std::make_shared<State>(executor, deadline)) {
    state_->timer.async_wait(
        [weak = std::weak_ptr(state_), expire = std::move(expire)](boost::system::error_code error) {
          // The handler may already be queued when the exchange ends: the weak pointer makes it harmless.
          const auto state = weak.lock();
          if (error || !state) return;
          state->expired = true;
          expire();
        });
  }
  ~Watchdog() {
    if (state_) state_->timer.cancel();
  }
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  bool expired() const { return state_->expired; }

 private:
  struct State {
    State(const asio::any_io_executor& executor, Deadline deadline) : timer(executor, deadline.at()) {}
    asio::steady_timer timer;
    bool expired = false;
  };
  std::shared_ptr<State> state_;
};

}  // namespace call_agent::net
