#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace call_agent::providers::local {

/// The audio of one stretch of speech, at 16 kHz, until it is transcribed. Pure.
/// A recogniser loops on long audio, so a long segment offers a place to cut: in its quietest tenth of a second.
class SpeechSegment {
 public:
  using Sample = std::int16_t;
  static constexpr std::size_t kRate = 16000;
  static constexpr std::size_t kMost = 30 * kRate;          ///< Kept at most; the oldest audio beyond is dropped.
  static constexpr std::size_t kLongestPiece = 9 * kRate;   ///< Longer audio wants a cut.
  static constexpr std::size_t kShortestPiece = 5 * kRate;  ///< No cut earlier than this.

  void clear();
  void push(std::span<const Sample> audio);
  std::span<const Sample> audio() const { return audio_; }
  /// Samples dropped or taken since clear(): where audio() begins.
  std::size_t begin() const { return begin_; }
  /// Samples dropped for want of room since clear().
  std::size_t dropped() const { return dropped_; }

  /// How many samples the first piece should have; empty while the audio is short enough to stay in one.
  std::optional<std::size_t> cut() const;
  /// Takes away the first `count` samples.
  void take(std::size_t count);

 private:
  std::vector<Sample> audio_;
  std::size_t begin_ = 0;
  std::size_t dropped_ = 0;
};

}  // namespace call_agent::providers::local
