#include "audio/stereo_recorder.h"

#include <algorithm>
#include <utility>

namespace call_agent::audio {
namespace {

constexpr std::uint64_t kWriteAtOnce = 4096;  // Frames: bounds the memory of a long gap.

}  // namespace

Result<StereoRecorder> StereoRecorder::create(const std::filesystem::path& path, int rate) {
  auto writer = WavWriter::create(path, rate, 2);
  if (!writer) return pass(writer);
  return StereoRecorder(std::move(*writer), rate);
}

StereoRecorder::~StereoRecorder() {
  // A recorder that was moved from has nothing waiting and a writer without a file.
  if (open_) static_cast<void>(close());
}

std::uint64_t StereoRecorder::samples(milliseconds time) const {
  return static_cast<std::uint64_t>(time.count()) * static_cast<std::uint64_t>(rate_) / 1000;
}

milliseconds StereoRecorder::length() const {
  return milliseconds(std::max(end_of(0), end_of(1)) * 1000 / static_cast<std::uint64_t>(rate_));
}

Result<void> StereoRecorder::push(Side side, milliseconds at, std::span<const Sample> audio) {
  if (at < milliseconds(0) || at > kLongest) {
    return fail(Errc::kInvalidArgument, "audio outside the time a recording can cover");
  }
  const auto own = static_cast<std::size_t>(side);
  const std::uint64_t place = samples(at);
  if (place + samples(kMostLead) < end_of(own)) {
    dropped_ += audio.size();
    return {};
  }
  if (place > end_of(own) + samples(kSlack)) {
    // What can be written of the gap is written first, so that its length never becomes memory. The other side's audio
    // for the last kWindow of it may still be on its way.
    const std::uint64_t window = samples(kWindow);
    const std::uint64_t settled = std::max(end_of(1 - own), place > window ? place - window : 0);
    if (auto done = write_until(std::min(place, settled)); !done) return done;
    waiting_[own].resize(static_cast<std::size_t>(place - written_), 0);
  }
  waiting_[own].insert(waiting_[own].end(), audio.begin(), audio.end());

  const std::uint64_t longer = std::max(end_of(0), end_of(1));
  const std::uint64_t window = samples(kWindow);
  const std::uint64_t behind = longer > window ? longer - window : 0;
  if (auto done = write_until(std::max(behind, std::min(end_of(0), end_of(1)))); !done) return done;
  if (written_ - flushed_ >= static_cast<std::uint64_t>(rate_)) {
    flushed_ = written_;
    return writer_.flush();
  }
  return {};
}

/// Writes both sides up to frame `end`, with silence for one that has not come that far.
Result<void> StereoRecorder::write_until(std::uint64_t end) {
  while (written_ < end) {
    const auto frames = static_cast<std::size_t>(std::min(end - written_, kWriteAtOnce));
    interleaved_.assign(frames * 2, 0);
    for (std::size_t side = 0; side < 2; ++side) {
      auto& waiting = waiting_[side];
      const std::size_t there = std::min(frames, waiting.size());
      for (std::size_t i = 0; i < there; ++i) interleaved_[2 * i + side] = waiting[i];
      waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(there));
    }
    written_ += frames;
    if (auto done = writer_.append(interleaved_); !done) return done;
  }
  return {};
}

Result<void> StereoRecorder::close() {
  if (!std::exchange(open_, false)) return {};
  if (auto done = write_until(std::max(end_of(0), end_of(1))); !done) return done;
  return writer_.close();
}

}  // namespace call_agent::audio
