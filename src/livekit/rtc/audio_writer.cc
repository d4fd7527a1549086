#include "livekit/rtc/audio_writer.h"

#include <algorithm>
#include <utility>

#include "core/log.h"

namespace call_agent::livekit::rtc {
namespace {

using std::chrono::duration_cast;

}  // namespace

AudioWriter::AudioWriter(FfiClient& client, const asio::any_io_executor& executor, std::uint64_t source, int rate)
    : client_(client),
      executor_(executor),
      source_(source),
      rate_(rate),
      frame_(std::make_shared<std::vector<std::int16_t>>(samples_of(kFrame))),
      clock_(kLead),
      changed_(executor),
      later_(executor) {}

std::size_t AudioWriter::samples_of(milliseconds time) const {
  return static_cast<std::size_t>(rate_) * static_cast<std::size_t>(time.count()) / 1000;
}

PlayoutClock::Duration AudioWriter::length_of(std::size_t samples) const {
  return PlayoutClock::Duration(static_cast<std::int64_t>(samples) * 1'000'000 / rate_);
}

void AudioWriter::start() {
  started_ = true;
  capture_if_due();
}

void AudioWriter::capture_if_due() {
  if (!started_ || stopped_ || in_flight_ || backing_off_ || queue_.empty()) return;
  // What is shorter than a frame is the beginning of one whose rest is being written, or the tail of the speech.
  if (queue_.size() < frame_->size()) return capture_later();
  capture_next();
}

void AudioWriter::capture_next() {
  later_.cancel();
  const std::size_t speech = std::min(queue_.size(), frame_->size());
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(speech);
  std::fill(std::copy(queue_.begin(), end, frame_->begin()), frame_->end(), std::int16_t{0});
  queue_.erase(queue_.begin(), end);

  proto::FfiRequest request;
  auto& capture = *request.mutable_capture_audio_frame();
  capture.set_source_handle(source_);
  auto& buffer = *capture.mutable_buffer();
  buffer.set_data_ptr(reinterpret_cast<std::uint64_t>(frame_->data()));
  buffer.set_num_channels(1);
  buffer.set_sample_rate(static_cast<std::uint32_t>(rate_));
  buffer.set_samples_per_channel(static_cast<std::uint32_t>(frame_->size()));

  auto on_reply = [weak = weak_from_this(), executor = executor_](proto::FfiEvent&& event) {
    auto resume = [weak, event = std::move(event)] {
      if (const auto self = weak.lock()) self->on_answer(event);
    };
    asio::post(executor, std::move(resume));
  };
  clock_.handed(Clock::now(), kFrame, length_of(speech));
  in_flight_ = true;
  ++frames_out_;
  const auto sent = client_.send(std::move(request), std::move(on_reply), frame_);
  if (!sent) {
    in_flight_ = false;
    backing_off_ = true;
    capture_later();
  }
  changed_.notify();
}

void AudioWriter::on_answer(const proto::FfiEvent& answer) {
  in_flight_ = false;
  clock_.answered(Clock::now());
  if (stopped_) {
    changed_.notify();
    return;
  }
  if (std::exchange(clear_again_, false)) clear_library_queue();
  if (answer.capture_audio_frame().has_error()) {
    if (!std::exchange(warned_, true)) log::warn("sending audio: {}", answer.capture_audio_frame().error());
    backing_off_ = true;
    return capture_later();
  }
  if (queue_.empty()) clock_.rested();
  capture_if_due();
}

void AudioWriter::capture_later() {
  later_.expires_after(kTailWait);
  later_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    self->backing_off_ = false;
    if (!self->stopped_ && !self->in_flight_ && !self->queue_.empty()) self->capture_next();
  });
}

awaitable<Result<void>> AudioWriter::write(std::span<const std::int16_t> audio) {
  const std::uint64_t flushes = flushes_;
  const std::size_t limit = samples_of(kQueue);
  for (;;) {
    if (stopped_) co_return fail(Errc::kUnavailable, "the room has been left");
    if (flushes != flushes_) co_return fail(Errc::kCancelled, "flushed");
    const std::size_t room = limit - std::min(limit, queue_.size());
    const auto piece = audio.first(std::min(room, audio.size()));
    queue_.insert(queue_.end(), piece.begin(), piece.end());
    audio = audio.subspan(piece.size());
    capture_if_due();
    if (audio.empty()) co_return Result<void>();
    co_await changed_.wait();
  }
}

milliseconds AudioWriter::flush() {
  const TimePoint now = Clock::now();
  const auto played = duration_cast<milliseconds>(clock_.played(now));
  queue_.clear();
  ++flushes_;
  if (clock_.may_hold_speech()) {
    clear_library_queue();
    // A capture in flight may reach the library's queue after it was cleared.
    clear_again_ = in_flight_;
  }
  clock_.restart(now);
  changed_.notify();
  return played;
}

void AudioWriter::clear_library_queue() {
  proto::FfiRequest request;
  request.mutable_clear_audio_buffer()->set_source_handle(source_);
  if (const auto cleared = client_.request(request); !cleared) log::warn("clearing audio: {}", cleared.error().what);
  clock_.cleared(Clock::now());
}

awaitable<void> AudioWriter::drained() {
  while (!stopped_ && !queue_.empty()) co_await changed_.wait();
  for (;;) {
    const auto left = clock_.unplayed(Clock::now());
    if (stopped_ || left <= PlayoutClock::Duration{0}) co_return;
    co_await changed_.wait(Deadline::after(std::max(milliseconds{1}, duration_cast<milliseconds>(left))));
  }
}

void AudioWriter::stop() {
  stopped_ = true;
  queue_.clear();
  later_.cancel();
  changed_.notify();
}

awaitable<void> AudioWriter::stopped(Deadline deadline) {
  while (in_flight_ && !deadline.passed()) co_await changed_.wait(deadline);
}

}  // namespace call_agent::livekit::rtc
