#pragma once

#include "core/clock.h"

/// For tests that wait on the network of this machine.
namespace call_agent::net {

/// Longer than anything takes that goes right.
inline Deadline in_time() {
  return Deadline::after(milliseconds(10'000));
}

}  // namespace call_agent::net
