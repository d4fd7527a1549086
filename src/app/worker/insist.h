#pragma once

#include <algorithm>

#include "core/asio.h"
#include "core/clock.h"
#include "core/result.h"

namespace call_agent::app {

/// Does what the call log answers with kUnavailable (a disk that is full, a file that is locked) again, five times a
/// second, until `deadline`, which may be moved meanwhile. `operation` is a callable that returns
/// awaitable<Result<void>>.
template <class Operation>
awaitable<Result<void>> insist(Operation operation, const Deadline& deadline) {
  constexpr milliseconds kAgain{200};
  auto done = co_await operation();
  while (!done && done.error().code == Errc::kUnavailable && !deadline.passed()) {
    co_await sleep_for(std::min(kAgain, deadline.left()));
    done = co_await operation();
  }
  co_return done;
}

}  // namespace call_agent::app
