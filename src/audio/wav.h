#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "audio/sample.h"
#include "core/result.h"

namespace call_agent::audio {

struct Wav {
  int rate = 0;  ///< Hz.
  int channels = 0;
  std::vector<Sample> samples;  ///< Interleaved; size() is a multiple of channels.

  std::vector<Sample> mono() const;  ///< Channels averaged.
  std::vector<Sample> channel(int index) const;
};

/// Reads RIFF/WAVE with 16-bit PCM, 1 or 2 channels, 4 to 192 kHz. Unknown chunks are skipped.
/// A data size of 0xFFFFFFFF (a writer to a pipe) means up to the end; anything else that does not fit is refused.
/// Errors: kInvalidArgument saying what is wrong: not a WAV file, truncated, another format (named), no audio.
Result<Wav> parse_wav(std::span<const std::byte> file);

/// Errors: kNotFound; kInvalidArgument as above, with the path, or for more than `most_bytes`.
Result<Wav> read_wav(const std::filesystem::path& path, std::uintmax_t most_bytes = 64 << 20);

/// Writes 16-bit PCM as it comes. After each flush() the file on disk has a header that is true, so that a process that
/// dies loses at most the audio since.
///
/// Not thread-safe. Writes block on the disk: not for a shard's thread.
class WavWriter {
 public:
  /// Creates the file with its folders, or empties it.
  /// Errors: kInvalidArgument for a bad rate or channel count, or a path that cannot be written.
  static Result<WavWriter> create(const std::filesystem::path& path, int rate, int channels);

  /// `interleaved` holds whole frames. Errors: kUnavailable if the disk refuses; kOverloaded beyond 4 GiB.
  Result<void> append(std::span<const Sample> interleaved);
  /// Makes the header true. Errors: kUnavailable.
  Result<void> flush();
  /// Flushes and closes; the destructor does the same and ignores errors.
  Result<void> close();

  std::uint64_t frames() const { return data_bytes_ / (2 * static_cast<std::uint64_t>(channels_)); }

  ~WavWriter();
  WavWriter(WavWriter&&) = default;
  WavWriter& operator=(WavWriter&&) = default;

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  WavWriter(std::unique_ptr<std::FILE, Closer> file, std::string path, int channels)
      : file_(std::move(file)), path_(std::move(path)), channels_(channels) {}

  std::unique_ptr<std::FILE, Closer> file_;
  std::string path_;
  int channels_;
  std::uint64_t data_bytes_ = 0;
};

/// A whole recording at once. Errors: as WavWriter.
Result<void> write_wav(const std::filesystem::path& path, int rate, int channels, std::span<const Sample> interleaved);

}  // namespace call_agent::audio
