#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "agent/ports.h"

namespace call_agent::agent {

/// The callee's last seconds of audio: a ring of fixed size, oldest overwritten. Not thread-safe.
class AudioHistory {
 public:
  explicit AudioHistory(std::size_t samples) : ring_(samples) {}

  void push(std::span<const Sample> audio);
  /// The newest `samples`, or as many as there are, in order.
  std::vector<Sample> last(std::size_t samples) const;
  /// Makes silence of the newest `samples` but for the newest `after` of them.
  void mute(std::size_t samples, std::size_t after);
  /// Samples pushed so far, those forgotten included.
  std::uint64_t total() const { return total_; }

 private:
  std::vector<Sample> ring_;
  std::uint64_t total_ = 0;
};

}  // namespace call_agent::agent
