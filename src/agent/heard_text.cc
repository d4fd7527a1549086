#include "agent/heard_text.h"

#include <algorithm>
#include <cstdint>

namespace call_agent::agent {

std::string heard_text(std::string_view sentence, milliseconds played, milliseconds total) {
  if (total.count() <= 0 || played.count() <= 0) return {};
  if (played >= total) return std::string(sentence);
  const auto share = static_cast<double>(played.count()) / static_cast<double>(total.count());
  const auto most = static_cast<std::size_t>(share * static_cast<double>(sentence.size()));
  // Back to the end of the last whole word.
  if (most >= sentence.size() || sentence[most] == ' ') return std::string(sentence.substr(0, most));
  const auto space = sentence.rfind(' ', most);
  return space == std::string_view::npos ? std::string{} : std::string(sentence.substr(0, space));
}

milliseconds estimated_duration(std::string_view sentence) {
  return milliseconds{static_cast<std::int64_t>(sentence.size()) * 1000 / 15};
}

std::size_t resume_point(std::span<const Sample> audio, std::size_t at, int rate) {
  at = std::min(at, audio.size());
  const auto frame = static_cast<std::size_t>(rate) / 50;
  const auto reach = static_cast<std::size_t>(rate) * 350 / 1000;
  if (frame == 0 || at <= reach) return 0;
  std::size_t best = at;
  std::int64_t least = INT64_MAX;
  for (std::size_t start = at - frame; start + reach >= at; start -= frame) {
    std::int64_t energy = 0;
    for (const Sample sample : audio.subspan(start, frame)) energy += std::int64_t{sample} * sample;
    if (energy < least) {
      least = energy;
      best = start;
    }
  }
  return best;
}

}  // namespace call_agent::agent
