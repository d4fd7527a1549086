#include "app/worker/recording.h"

#include <utility>

#include "core/log.h"

namespace call_agent::app {
namespace {

constexpr std::size_t kWorthWriting = Recording::kRate;  // One second of one side.
constexpr std::size_t kMostWaiting = 30 * std::size_t{Recording::kRate};

}  // namespace

Result<std::unique_ptr<Recording>> Recording::create(asio::any_io_executor executor, Lane& disk,
                                                     std::filesystem::path path) {
  std::error_code error;
  const auto folder = path.parent_path();
  if (std::filesystem::create_directories(folder, error)) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  }
  auto recorder = audio::StereoRecorder::create(path, kRate);
  if (!recorder) return pass(recorder);
  return std::unique_ptr<Recording>(new Recording(std::move(executor), disk, std::move(path), std::move(*recorder)));
}

Recording::Recording(asio::any_io_executor executor, Lane& disk, std::filesystem::path path,
                     audio::StereoRecorder recorder)
    : disk_(disk),
      path_(std::move(path)),
      recorder_(std::make_shared<audio::StereoRecorder>(std::move(recorder))),
      writer_(std::move(executor)) {}

void Recording::push(Side side, milliseconds at, std::span<const audio::Sample> audio) {
  if (waiting_samples_ + audio.size() > kMostWaiting) {
    if (!std::exchange(lost_, true)) log::warn("recording {}: the disk is too slow, audio is lost", path_.string());
    return;
  }
  waiting_.push_back({side, at, {audio.begin(), audio.end()}});
  waiting_samples_ += audio.size();
  if (!writing_ && waiting_samples_ >= kWorthWriting) writer_.spawn(write_waiting());
}

awaitable<void> Recording::write_waiting() {
  writing_ = true;
  auto work = [recorder = recorder_, pieces = std::exchange(waiting_, {})]() -> Result<bool> {
    for (const auto& piece : pieces) {
      if (auto pushed = recorder->push(piece.side, piece.at, piece.audio); !pushed) return pass(pushed);
    }
    return true;
  };
  waiting_samples_ = 0;
  const auto written = co_await disk_.run(std::move(work));
  writing_ = false;
  if (!written && !std::exchange(lost_, true)) log::warn("recording {}: {}", path_.string(), written.error().what);
}

awaitable<void> Recording::finish() {
  co_await writer_.join();
  co_await write_waiting();
  auto work = [recorder = recorder_]() -> Result<bool> {
    if (auto closed = recorder->close(); !closed) return pass(closed);
    return true;
  };
  const auto closed = co_await disk_.run(std::move(work));
  if (!closed) log::warn("recording {}: {}", path_.string(), closed.error().what);
}

}  // namespace call_agent::app
