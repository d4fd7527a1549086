#include "audio/level.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace call_agent::audio {

double rms(std::span<const Sample> audio) {
  if (audio.empty()) return 0;
  std::int64_t sum = 0;
  for (const Sample sample : audio) sum += std::int64_t{sample} * sample;
  return std::sqrt(static_cast<double>(sum) / static_cast<double>(audio.size()));
}

double dbfs(std::span<const Sample> audio) {
  const double level = rms(audio);
  return level <= 0 ? kSilenceDbfs : std::max(kSilenceDbfs, 20 * std::log10(level / 32768));
}

bool voiced(std::span<const Sample> audio, double threshold_rms) {
  return rms(audio) > threshold_rms;
}

}  // namespace call_agent::audio
