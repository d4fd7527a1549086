#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "core/channel.h"

namespace call_agent::livekit::rtc {

/// The agent's ear: frames come in on a thread of the library and are read on the session's executor. Holds about a
/// second; when nobody reads, the oldest frame is dropped and counted.
class AudioReader : public std::enable_shared_from_this<AudioReader> {
 public:
  static constexpr int kRate = 16000;
  static constexpr milliseconds kFrame{20};
  static constexpr std::size_t kCapacity = 50;

  explicit AudioReader(const asio::any_io_executor& executor) : executor_(executor), ready_(executor) {}

  /// Any thread: takes a lock for the length of a push. Never blocks on the reader.
  void push(std::span<const std::int16_t> frame);

  /// The next frame; empty once closed, or when the caller is cancelled.
  awaitable<std::optional<std::vector<std::int16_t>>> read();
  void close();

  std::uint64_t frames_in() const;
  std::uint64_t dropped() const;

 private:
  std::optional<std::vector<std::int16_t>> take();

  asio::any_io_executor executor_;
  Notifier ready_;
  bool closed_ = false;

  mutable std::mutex mutex_;  ///< Guards what follows; everything above is the executor's.
  std::deque<std::vector<std::int16_t>> frames_;
  bool wake_posted_ = false;
  std::uint64_t frames_in_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace call_agent::livekit::rtc
