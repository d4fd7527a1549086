#include "agent/audio_history.h"

#include <algorithm>

namespace call_agent::agent {

void AudioHistory::push(std::span<const Sample> audio) {
  for (const Sample sample : audio) ring_[total_++ % ring_.size()] = sample;
}

std::vector<Sample> AudioHistory::last(std::size_t samples) const {
  const auto count = std::min<std::uint64_t>({samples, total_, ring_.size()});
  std::vector<Sample> out;
  out.reserve(count);
  for (auto i = total_ - count; i < total_; ++i) out.push_back(ring_[i % ring_.size()]);
  return out;
}

void AudioHistory::mute(std::size_t samples, std::size_t after) {
  const auto count = std::min<std::uint64_t>({samples, total_, ring_.size()});
  for (auto i = total_ - count; i + after < total_; ++i) ring_[i % ring_.size()] = 0;
}

}  // namespace call_agent::agent
