#include "providers/local/speech_segment.h"

#include <algorithm>
#include <cstdlib>

namespace call_agent::providers::local {

void SpeechSegment::clear() {
  audio_ = {};  // Gives the memory back: most of a call is not speech.
  begin_ = 0;
  dropped_ = 0;
}

void SpeechSegment::push(std::span<const Sample> audio) {
  if (audio.size() > kMost) {
    dropped_ += audio.size() - kMost;
    begin_ += audio.size() - kMost;
    audio = audio.last(kMost);
  }
  if (const std::size_t size = audio_.size() + audio.size(); size > kMost) {
    // A second at a time, so that a full buffer is not moved for every frame.
    const std::size_t surplus = std::min(audio_.size(), size - kMost + kRate);
    dropped_ += surplus;
    take(surplus);
  }
  audio_.insert(audio_.end(), audio.begin(), audio.end());
}

std::optional<std::size_t> SpeechSegment::cut() const {
  if (audio_.size() <= kLongestPiece) return std::nullopt;
  constexpr std::size_t kStep = kRate / 20;
  std::size_t best = kLongestPiece;
  std::int64_t quietest = INT64_MAX;
  for (std::size_t at = kShortestPiece; at + 2 * kStep <= kLongestPiece; at += kStep) {
    std::int64_t loudness = 0;
    for (std::size_t i = at; i < at + 2 * kStep; ++i) loudness += std::abs(static_cast<int>(audio_[i]));
    // The later of equals: longer pieces give the recogniser more context.
    if (loudness > quietest) continue;
    quietest = loudness;
    best = at + kStep;
  }
  return best;
}

void SpeechSegment::take(std::size_t count) {
  count = std::min(count, audio_.size());
  audio_.erase(audio_.begin(), audio_.begin() + static_cast<std::ptrdiff_t>(count));
  begin_ += count;
}

}  // namespace call_agent::providers::local
