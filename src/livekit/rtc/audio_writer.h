#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "core/channel.h"
#include "livekit/rtc/ffi_client.h"
#include "livekit/rtc/playout_clock.h"

namespace call_agent::livekit::rtc {

/// The agent's mouth: feeds one audio source, 20 ms at a time. While nothing is written it sends nothing: the library
/// itself fills its queue's silence, 10 ms at a time, so a silent line costs no calls and the first word finds the
/// queue empty and leaves within 10 ms.
///
/// The library's queue is the clock: it answers a capture once at most kLead is queued, and only then gets the next
/// frame. So there is no clock of ours to drift, and of speech between kLead and kLead + kFrame is ahead.
///
/// Lives on one executor; not thread-safe. Held by shared_ptr, since answers may be under way when it is dropped.
class AudioWriter : public std::enable_shared_from_this<AudioWriter> {
 public:
  static constexpr milliseconds kFrame{20};
  static constexpr milliseconds kLead{20};
  /// How long less than a frame waits for its rest; shorter than kLead, so that a tail follows without a gap.
  static constexpr milliseconds kTailWait{10};
  /// Our own queue: write() waits while it holds more.
  static constexpr milliseconds kQueue{200};

  /// `rate` is a multiple of 100 Hz.
  AudioWriter(FfiClient& client, const asio::any_io_executor& executor, std::uint64_t source, int rate);

  void start();

  /// Errors: kUnavailable once stopped; kCancelled if flushed before all of `audio` was queued.
  awaitable<Result<void>> write(std::span<const std::int16_t> audio);
  milliseconds flush();
  /// Returns once everything written has left the library's queue, or when stopped.
  awaitable<void> drained();

  /// No capture is sent any more; pending writes return. Idempotent.
  void stop();
  /// Returns once no capture is in flight, or at the deadline.
  awaitable<void> stopped(Deadline deadline);

  std::uint64_t frames_out() const { return frames_out_; }
  std::uint64_t underruns() const { return clock_.underruns(); }

 private:
  void capture_if_due();
  void capture_next();
  void on_answer(const proto::FfiEvent& answer);
  /// Captures what there is after kTailWait.
  void capture_later();
  void clear_library_queue();
  std::size_t samples_of(milliseconds time) const;
  PlayoutClock::Duration length_of(std::size_t samples) const;

  FfiClient& client_;
  asio::any_io_executor executor_;
  const std::uint64_t source_;
  const int rate_;
  std::deque<std::int16_t> queue_;
  /// The samples being captured: one capture in flight, so one buffer serves. Shared with the library's answer.
  std::shared_ptr<std::vector<std::int16_t>> frame_;
  PlayoutClock clock_;
  Notifier changed_;
  asio::steady_timer later_;
  std::uint64_t flushes_ = 0;
  std::uint64_t frames_out_ = 0;
  bool started_ = false;
  bool in_flight_ = false;
  bool backing_off_ = false;
  bool clear_again_ = false;
  bool stopped_ = false;
  bool warned_ = false;
};

}  // namespace call_agent::livekit::rtc
