#pragma once

#include <string>

#include "core/asio.h"

namespace call_agent::mcp {

/// Where the messages of one call go. Nothing here blocks.
class Outlet {
 public:
  virtual ~Outlet() = default;
  /// Messages, each with its newline; may be empty.
  virtual void send(std::string messages) = 0;
  /// The client reads slower than it is told: what it can do without is left out, what can wait waits.
  virtual bool congested() const = 0;
  /// Returns once it is not congested, or when cancelled.
  virtual awaitable<void> drained() = 0;
};

}  // namespace call_agent::mcp
