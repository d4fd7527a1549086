#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "audio/stereo_recorder.h"
#include "core/clock.h"
#include "core/lane.h"
#include "core/task_group.h"

namespace call_agent::app {

/// A call's stereo WAV, callee left, agent right, written on the disk lane so that a slow disk never delays a voice.
/// Lives on one executor; not thread-safe. finish() before destroying.
class Recording {
 public:
  static constexpr int kRate = 16000;
  using Side = audio::StereoRecorder::Side;

  /// Creates the folder (0700) and the file. Errors: kUnavailable, kInvalidArgument.
  static Result<std::unique_ptr<Recording>> create(asio::any_io_executor executor, Lane& disk,
                                                   std::filesystem::path path);

  /// `audio` at kRate, which began at `at` from the answer. Bounded: beyond 30 s unwritten the newest is dropped.
  void push(Side side, milliseconds at, std::span<const audio::Sample> audio);

  /// Writes what is left and closes the file.
  awaitable<void> finish();

  const std::filesystem::path& path() const { return path_; }

 private:
  struct Piece {
    Side side;
    milliseconds at;
    std::vector<audio::Sample> audio;
  };
  Recording(asio::any_io_executor executor, Lane& disk, std::filesystem::path path, audio::StereoRecorder recorder);
  awaitable<void> write_waiting();

  Lane& disk_;
  std::filesystem::path path_;
  std::shared_ptr<audio::StereoRecorder> recorder_;  // Touched on the disk lane only.
  std::vector<Piece> waiting_;
  std::size_t waiting_samples_ = 0;
  bool writing_ = false;
  bool lost_ = false;
  TaskGroup writer_;
};

}  // namespace call_agent::app
