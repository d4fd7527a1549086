#include "app/worker/room_media.h"

#include <algorithm>

namespace call_agent::app {
namespace {

constexpr std::int64_t kSamplesPerMs = Recording::kRate / 1000;

}  // namespace

void RoomMedia::record(Recording& recording) {
  recording_ = &recording;
  began_ = Clock::now();
}

awaitable<std::optional<std::vector<agent::Sample>>> RoomMedia::read() {
  auto audio = co_await session_.read();
  if (audio && recording_ != nullptr) {
    const auto length = milliseconds(static_cast<std::int64_t>(audio->size()) / kSamplesPerMs);
    const auto since = std::chrono::duration_cast<milliseconds>(Clock::now() - began_);
    recording_->push(Recording::Side::kLeft, std::max(since - length, milliseconds{0}), *audio);
    record_played();
  }
  co_return audio;
}

Result<RoomMedia::Converters*> RoomMedia::converters(int rate) {
  if (const auto it = converters_.find(rate); it != converters_.end()) return &it->second;
  auto to_wire = audio::Resampler::create(rate, publish_rate_);
  if (!to_wire) return pass(to_wire);
  auto to_recording = audio::Resampler::create(rate, Recording::kRate);
  if (!to_recording) return pass(to_recording);
  return &converters_.emplace(rate, Converters{std::move(*to_wire), std::move(*to_recording)}).first->second;
}

awaitable<Result<void>> RoomMedia::write(std::span<const agent::Sample> audio, int rate) {
  auto converter = converters(rate);
  if (!converter) co_return pass(converter);
  if (recording_ != nullptr) {
    record_played();
    if (ahead_.empty()) ahead_from_ = Clock::now();
    const auto converted = (*converter)->to_recording.push(audio);
    ahead_.insert(ahead_.end(), converted.begin(), converted.end());
  }
  const auto wire = (*converter)->to_wire.push(audio);
  co_return co_await session_.write(wire);
}

void RoomMedia::record_played() {
  if (ahead_.empty()) return;
  const auto elapsed = std::chrono::duration_cast<milliseconds>(Clock::now() - ahead_from_).count();
  const auto played = std::min<std::size_t>(ahead_.size(), static_cast<std::size_t>(elapsed * kSamplesPerMs));
  if (played == 0) return;
  const auto at = std::chrono::duration_cast<milliseconds>(ahead_from_ - began_);
  recording_->push(Recording::Side::kRight, std::max(at, milliseconds{0}), std::span(ahead_).first(played));
  ahead_.erase(ahead_.begin(), ahead_.begin() + static_cast<std::ptrdiff_t>(played));
  ahead_from_ += milliseconds(static_cast<std::int64_t>(played) / kSamplesPerMs);
}

milliseconds RoomMedia::flush() {
  if (recording_ != nullptr) record_played();
  ahead_.clear();
  for (auto& [rate, converter] : converters_) {
    converter.to_wire.reset();
    converter.to_recording.reset();
  }
  return session_.flush();
}

awaitable<void> RoomMedia::drained() {
  co_await session_.drained();
  if (recording_ != nullptr) record_played();
}

awaitable<Result<void>> RoomMedia::send_dtmf(std::string_view digits) {
  co_return co_await session_.send_dtmf(digits);
}

}  // namespace call_agent::app
