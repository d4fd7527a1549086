#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace call_agent::providers::local {

/// Synthesised speech made ready for a telephone. Pure.
struct VoiceLevel {
  int sample_rate;
  float gain;  ///< Fixed for a voice: a level set anew for each sentence would pump.

  /// `wave` in [-1, 1] without the silence around it, peaks rounded off instead of clipped, and `pause` of silence
  /// behind it.
  std::vector<std::int16_t> finish(std::span<const float> wave, float pause_seconds) const;
};

}  // namespace call_agent::providers::local
