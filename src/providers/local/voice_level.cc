#include "providers/local/voice_level.h"

#include <algorithm>
#include <cmath>

namespace call_agent::providers::local {
namespace {

constexpr float kAudible = 0.006F;     // -44 dBFS after the gain: below it a telephone's own noise is louder.
constexpr float kLinear = 0.6F;        // Up to here the gain is exact; beyond, the peak bends towards full scale.
constexpr float kKeptBefore = 0.010F;  // Seconds around what is audible, for soft onsets and tails.
constexpr float kKeptAfter = 0.050F;

float limit(float value) {
  const float size = std::abs(value);
  if (size <= kLinear) return value;
  constexpr float kRoom = 0.98F - kLinear;
  return std::copysign(kLinear + kRoom * std::tanh((size - kLinear) / kRoom), value);
}

}  // namespace

std::vector<std::int16_t> VoiceLevel::finish(std::span<const float> wave, float pause_seconds) const {
  const auto samples = [this](float seconds) {
    return static_cast<std::size_t>(seconds * static_cast<float>(sample_rate));
  };
  const auto audible = [this](float value) { return std::abs(value * gain) > kAudible; };
  const auto first = std::ranges::find_if(wave, audible);
  if (first == wave.end()) return {};
  const auto last = std::find_if(wave.rbegin(), wave.rend(), audible);
  const auto onset = static_cast<std::size_t>(first - wave.begin());
  const auto tail = static_cast<std::size_t>(wave.rend() - last);
  const std::size_t begin = onset - std::min(onset, samples(kKeptBefore));
  const std::size_t end = std::min(wave.size(), tail + samples(kKeptAfter));

  std::vector<std::int16_t> out;
  out.reserve(end - begin + samples(pause_seconds));
  for (const float value : wave.subspan(begin, end - begin)) {
    out.push_back(static_cast<std::int16_t>(std::lround(limit(value * gain) * 32767)));
  }
  // Cut edges fade, or they click.
  const std::size_t fade = std::min(samples(0.004F), out.size() / 2);
  for (std::size_t i = 0; i < fade; ++i) {
    out[i] = static_cast<std::int16_t>(out[i] * static_cast<int>(i) / static_cast<int>(fade));
    auto& back = out[out.size() - 1 - i];
    back = static_cast<std::int16_t>(back * static_cast<int>(i) / static_cast<int>(fade));
  }
  out.resize(out.size() + samples(pause_seconds));
  return out;
}

}  // namespace call_agent::providers::local
