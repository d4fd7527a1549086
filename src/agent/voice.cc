#include "agent/voice.h"

#include <algorithm>
#include <utility>

#include "agent/heard_text.h"
#include "core/log.h"

namespace call_agent::agent {
namespace {

constexpr std::size_t kMostPrepared = 16;
constexpr std::size_t kMostSeconds = 60;  // Of one sentence; a voice that runs away must not fill the memory.
constexpr milliseconds kPatience{10000};
constexpr std::size_t kAhead = 1;  // Sentences synthesised before they are needed.

}  // namespace

Voice::Voice(const asio::any_io_executor& executor, Tts& tts, CallMedia& media, Listener& listener)
    : tts_(tts),
      media_(media),
      listener_(listener),
      rate_(tts.sample_rate()),
      changed_(executor),
      synthesis_(executor) {}

awaitable<Result<bool>> Voice::prepare(std::string sentence) {
  if (prepared_.size() >= kMostPrepared || prepared_.contains(sentence)) co_return true;
  std::vector<Sample> audio;
  const auto most = kMostSeconds * static_cast<std::size_t>(rate_);
  const auto keep = [&audio, most](std::span<const Sample> more) {
    if (audio.size() + more.size() <= most) audio.insert(audio.end(), more.begin(), more.end());
  };
  auto done = co_await tts_.synthesize(sentence, keep);
  if (!done) co_return pass(done);
  const bool audible = !audio.empty();
  prepared_.emplace(std::move(sentence), std::move(audio));
  co_return audible;
}

void Voice::say(std::string sentence) {
  idle_told_ = false;
  auto& clip = clips_.emplace_back(Clip{.id = next_clip_++, .text = std::move(sentence), .audio = {}});
  if (const auto ready = prepared_.find(clip.text); ready != prepared_.end()) {
    clip.audio = std::move(ready->second);
    clip.samples = clip.audio.size();
    clip.begun = clip.complete = true;
    prepared_.erase(ready);
    if (!first_audio_ && clips_.size() == 1) first_audio_ = milliseconds{0};
  }
  pump();
  changed_.notify();
}

std::optional<milliseconds> Voice::hold() {
  if (!held_) {
    held_ = true;
    // Not from heard_: a release may have gone back, and what was heard before is being said again.
    written_ = flushed_at_ = account();
  }
  if (clips_.empty()) return std::nullopt;
  return unheard();
}

std::optional<milliseconds> Voice::release() {
  const Place place = place_of(heard_);
  if (held_ && place.clip < clips_.size()) {
    const auto& audio = clips_[place.clip].audio;
    written_ = flushed_at_ = heard_ - (place.sample - resume_point(audio, place.sample, rate_));
  }
  return release_at_cut();
}

std::optional<milliseconds> Voice::release_at_cut() {
  if (!std::exchange(held_, false)) return std::nullopt;
  // Restarts the media's count of what is played.
  static_cast<void>(media_.flush());
  pump();
  changed_.notify();
  return to_time(heard_);
}

Voice::Heard Voice::stop() {
  if (!held_) account();
  Heard heard;
  std::size_t before = 0;
  for (const auto& clip : clips_) {
    if (clip.complete && clip.samples == 0) continue;  // The voice had no sound for it.
    const auto played = heard_ > before ? std::min(heard_ - before, clip.samples) : 0;
    const auto whole = to_time(clip.samples);
    const auto total = clip.complete ? whole : std::max(whole, estimated_duration(clip.text));
    const auto words = heard_text(clip.text, to_time(played), total);
    if (!words.empty()) heard.text += (heard.text.empty() ? "" : " ") + words;
    if (words.size() < clip.text.size()) heard.complete = false;
    before += clip.samples;
  }
  heard.first_audio = first_audio_;
  reset();
  return heard;
}

Voice::Heard Voice::finish() {
  Heard heard{.text = {}, .complete = true, .first_audio = first_audio_};
  for (const auto& clip : clips_) {
    if (clip.samples == 0) continue;  // As above.
    heard.text += (heard.text.empty() ? "" : " ") + clip.text;
  }
  static_cast<void>(media_.flush());
  reset();
  return heard;
}

void Voice::reset() {
  synthesis_.cancel();
  clips_.clear();
  synthesising_ = 0;
  written_ = heard_ = flushed_at_ = 0;
  ++generation_;
  held_ = started_ = false;
  idle_told_ = true;
  synthesis_began_.reset();
  first_audio_.reset();
  changed_.notify();
}

// Drops what is queued and learns how much of it was heard. Returns where that ended.
std::size_t Voice::account() {
  ++generation_;
  const auto played = media_.flush();
  const auto samples =
      static_cast<std::size_t>(std::max<std::int64_t>(0, played.count())) * static_cast<std::size_t>(rate_) / 1000;
  const std::size_t place = std::min(flushed_at_ + samples, std::max(flushed_at_, written_));
  heard_ = std::max(heard_, place);
  return place;
}

void Voice::check(TimePoint now) {
  if (synthesising_ == 0 || now - progress_ < kPatience) return;
  progress_ = now;
  listener_.on_voice_failed({Errc::kDeadline, "the voice brought no audio for 10 s"});
}

awaitable<void> Voice::close() {
  synthesis_.cancel();
  co_await synthesis_.join();
}

void Voice::pump() {
  if (synthesising_ != 0) return;
  const auto playing = place_of(written_).clip;
  for (std::size_t i = 0; i < clips_.size() && i <= playing + kAhead; ++i) {
    auto& clip = clips_[i];
    if (clip.begun) continue;
    clip.begun = true;
    synthesising_ = clip.id;
    progress_ = Clock::now();
    if (!synthesis_began_) synthesis_began_ = Clock::now();
    synthesis_.spawn(synthesize(clip.id, clip.text));
    return;
  }
}

awaitable<void> Voice::synthesize(int id, std::string text) {
  const auto on_audio = [this, id](std::span<const Sample> audio) { append(id, audio); };
  auto done = co_await tts_.synthesize(text, on_audio);
  // Once more, but only if nothing of the sentence can have been heard.
  if (Clip* clip = find(id); !done && clip != nullptr && clip->samples == 0) {
    log::warn("a sentence failed to synthesise, trying again: {}", done.error().what);
    done = co_await tts_.synthesize(text, on_audio);
  }
  Clip* clip = find(id);
  if (clip == nullptr) co_return;
  clip->complete = true;
  synthesising_ = 0;
  if (!done) {
    listener_.on_voice_failed(done.error());
    co_return;
  }
  pump();
  changed_.notify();
}

void Voice::append(int id, std::span<const Sample> audio) {
  Clip* clip = find(id);
  if (clip == nullptr || clip->samples + audio.size() > kMostSeconds * static_cast<std::size_t>(rate_)) return;
  if (!first_audio_ && synthesis_began_) {
    first_audio_ = std::chrono::duration_cast<milliseconds>(Clock::now() - *synthesis_began_);
  }
  progress_ = Clock::now();
  clip->audio.insert(clip->audio.end(), audio.begin(), audio.end());
  clip->samples = clip->audio.size();
  changed_.notify();
}

Voice::Clip* Voice::find(int id) {
  const auto clip = std::ranges::find(clips_, id, &Clip::id);
  return clip == clips_.end() ? nullptr : &*clip;
}

Voice::Place Voice::place_of(std::size_t sample) const {
  for (std::size_t i = 0; i < clips_.size(); ++i) {
    if (sample < clips_[i].samples || !clips_[i].complete) return {i, sample};
    sample -= clips_[i].samples;
  }
  return {clips_.size(), 0};
}

bool Voice::next_chunk(std::vector<Sample>& chunk) {
  Place place = place_of(written_);
  // Going on after a hold never reaches back into a sentence that is freed; if it did, the next one begins.
  while (place.clip < clips_.size() && clips_[place.clip].audio.size() < clips_[place.clip].samples) {
    written_ += clips_[place.clip].samples - place.sample;
    place = place_of(written_);
  }
  if (place.clip >= clips_.size()) return false;
  auto& clip = clips_[place.clip];
  const auto frame = static_cast<std::size_t>(rate_) / 50;
  const auto ready = clip.samples - place.sample;
  if (ready == 0 || (ready < frame && !clip.complete)) return false;
  const auto begin = clip.audio.begin() + static_cast<std::ptrdiff_t>(place.sample);
  chunk.assign(begin, begin + static_cast<std::ptrdiff_t>(std::min(ready, frame)));
  // Two sentences back has been heard: less than one sentence is ever queued.
  if (place.clip >= 2 && !clips_[place.clip - 2].audio.empty())
    std::vector<Sample>{}.swap(clips_[place.clip - 2].audio);
  return true;
}

awaitable<void> Voice::play() {
  std::vector<Sample> chunk;
  for (;;) {
    if (held_ || !next_chunk(chunk)) {
      co_await changed_.wait();
      continue;
    }
    const auto generation = generation_;
    if (!std::exchange(started_, true)) listener_.on_voice_started();
    if (held_ || generation != generation_) continue;
    written_ += chunk.size();
    writing_ = true;
    const auto sent = co_await media_.write(chunk, rate_);
    writing_ = false;
    if (!sent && generation == generation_) {
      listener_.on_voice_failed(sent.error());
      co_return;
    }
    pump();
    if (place_of(written_).clip >= clips_.size()) changed_.notify();
  }
}

awaitable<void> Voice::watch() {
  for (;;) {
    if (idle_told_ || !all_written()) {
      co_await changed_.wait();
      continue;
    }
    const auto generation = generation_;
    co_await media_.drained();
    if (generation != generation_ || idle_told_ || !all_written()) continue;
    idle_told_ = true;
    listener_.on_voice_idle();
  }
}

bool Voice::all_written() const {
  return !held_ && !writing_ && !clips_.empty() && place_of(written_).clip >= clips_.size();
}

milliseconds Voice::unheard() const {
  milliseconds total{0};
  for (const auto& clip : clips_) {
    const auto made = to_time(clip.samples);
    total += clip.complete ? made : std::max(made, estimated_duration(clip.text));
  }
  return std::max(milliseconds{0}, total - to_time(heard_));
}

milliseconds Voice::to_time(std::size_t samples) const {
  return milliseconds{static_cast<std::int64_t>(samples) * 1000 / rate_};
}

}  // namespace call_agent::agent
