#include "livekit/rtc/audio_reader.h"

#include <utility>

namespace call_agent::livekit::rtc {

void AudioReader::push(std::span<const std::int16_t> frame) {
  std::vector<std::int16_t> copy(frame.begin(), frame.end());
  {
    const std::scoped_lock lock(mutex_);
    ++frames_in_;
    if (frames_.size() >= kCapacity) {
      frames_.pop_front();
      ++dropped_;
    }
    frames_.push_back(std::move(copy));
    // One wake at a time: a stalled executor must not collect a post for every frame.
    if (std::exchange(wake_posted_, true)) return;
  }
  auto wake = [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    {
      const std::scoped_lock lock(self->mutex_);
      self->wake_posted_ = false;
    }
    self->ready_.notify();
  };
  asio::post(executor_, std::move(wake));
}

std::optional<std::vector<std::int16_t>> AudioReader::take() {
  const std::scoped_lock lock(mutex_);
  if (frames_.empty()) return std::nullopt;
  auto frame = std::move(frames_.front());
  frames_.pop_front();
  return frame;
}

awaitable<std::optional<std::vector<std::int16_t>>> AudioReader::read() {
  for (;;) {
    if (closed_) co_return std::nullopt;
    if (auto frame = take()) co_return frame;
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return std::nullopt;
    co_await ready_.wait();
  }
}

void AudioReader::close() {
  closed_ = true;
  ready_.notify();
}

std::uint64_t AudioReader::frames_in() const {
  const std::scoped_lock lock(mutex_);
  return frames_in_;
}

std::uint64_t AudioReader::dropped() const {
  const std::scoped_lock lock(mutex_);
  return dropped_;
}

}  // namespace call_agent::livekit::rtc
