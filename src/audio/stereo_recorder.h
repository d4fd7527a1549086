#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "audio/sample.h"
#include "audio/wav.h"
#include "core/clock.h"
#include "core/result.h"

namespace call_agent::audio {

/// Records two parties of a call into one stereo WAV, each at its place in time.
///
/// Audio that follows on within kSlack is appended to what came before it, so that the jitter of its arrival leaves no
/// clicks; later audio is placed by its time, with silence in the gap. Audio earlier than what is already there by more
/// than kMostLead is dropped and counted. Memory is bounded: a party that says nothing is filled with silence kWindow
/// behind the other.
///
/// Not thread-safe. Writes block on the disk now and then: not for a shard's thread.
class StereoRecorder {
 public:
  enum class Side : std::uint8_t { kLeft, kRight };
  static constexpr milliseconds kSlack{60};
  static constexpr milliseconds kMostLead{400};
  static constexpr milliseconds kWindow{2000};
  static constexpr milliseconds kLongest = std::chrono::hours(12);

  /// Errors: as WavWriter::create().
  static Result<StereoRecorder> create(const std::filesystem::path& path, int rate);

  /// Places `audio`, which began at `at` from the start of the recording.
  /// Errors: kInvalidArgument for a time outside [0, kLongest]; kUnavailable if the disk refuses.
  Result<void> push(Side side, milliseconds at, std::span<const Sample> audio);

  /// Writes what is buffered, both sides up to the longer one, and closes. The destructor does the same.
  Result<void> close();

  milliseconds length() const;
  std::uint64_t dropped_samples() const { return dropped_; }

  ~StereoRecorder();
  StereoRecorder(StereoRecorder&&) = default;
  StereoRecorder& operator=(StereoRecorder&&) = default;

 private:
  StereoRecorder(WavWriter writer, int rate) : writer_(std::move(writer)), rate_(rate) {}
  std::uint64_t samples(milliseconds time) const;
  std::uint64_t end_of(std::size_t side) const { return written_ + waiting_[side].size(); }
  Result<void> write_until(std::uint64_t end);

  WavWriter writer_;
  int rate_;
  std::array<std::vector<Sample>, 2> waiting_;  ///< From frame `written_` on.
  std::vector<Sample> interleaved_;
  std::uint64_t written_ = 0;  ///< Frames in the file.
  std::uint64_t flushed_ = 0;  ///< Frames its header promises.
  std::uint64_t dropped_ = 0;
  bool open_ = true;
};

}  // namespace call_agent::audio
