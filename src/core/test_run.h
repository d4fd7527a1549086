#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "core/asio.h"

namespace call_agent::test {

/// For tests: runs one coroutine on `io` until nothing is left to do, and returns its result.
/// An exception that leaves the coroutine is thrown here.
template <class T>
T run_on(asio::io_context& io, awaitable<T> coroutine) {
  std::exception_ptr error;
  io.restart();
  if constexpr (std::is_void_v<T>) {
    asio::co_spawn(io, std::move(coroutine), [&](std::exception_ptr e) { error = std::move(e); });
    io.run();
    if (error) std::rethrow_exception(error);
  } else {
    std::optional<T> result;
    asio::co_spawn(io, std::move(coroutine), [&](std::exception_ptr e, T value) {
      error = std::move(e);
      if (!error) result.emplace(std::move(value));
    });
    io.run();
    if (error) std::rethrow_exception(error);
    return std::move(result).value();
  }
}

/// The same on a context of its own.
template <class T>
T run(awaitable<T> coroutine) {
  asio::io_context io(1);
  return run_on(io, std::move(coroutine));
}

}  // namespace call_agent::test
