#include "agent/endpointer.h"

namespace call_agent::agent {

Result<Endpointer> Endpointer::create(const Options& options) {
  const milliseconds zero{0};
  if (options.window <= zero || options.min_speech <= zero || options.min_onset <= zero || options.min_pause <= zero) {
    return fail(Errc::kInvalidArgument, "endpointer: durations must be positive");
  }
  if (options.min_silence < options.min_pause) {
    return fail(Errc::kInvalidArgument, "endpointer: min_silence must not be shorter than min_pause");
  }
  if (options.min_onset > options.min_speech) {
    return fail(Errc::kInvalidArgument, "endpointer: min_onset must not be longer than min_speech");
  }
  // Written so that a NaN threshold is refused as well.
  const bool ordered =
      0.0F <= options.leave && options.leave <= options.enter && options.enter <= options.sure && options.sure <= 1.0F;
  if (!ordered) return fail(Errc::kInvalidArgument, "endpointer: need 0 <= leave <= enter <= sure <= 1");
  return Endpointer(options);
}

std::optional<Endpointer::Event> Endpointer::push(float probability) noexcept {
  const milliseconds window_start = position_;
  position_ += options_.window;
  voiced_ = probability >= options_.enter;
  onset_ = false;

  if (state_ == State::kSpeaking) {
    // The lower threshold keeps speech open through soft consonants and the level drop of telephone codecs.
    if (probability >= options_.leave) last_speech_ = position_;
    if (position_ - last_speech_ < options_.min_pause) return std::nullopt;
    state_ = State::kPaused;
    run_of_speech_ = milliseconds{0};
    return Event{Event::Kind::kPaused, last_speech_};
  }

  run_of_speech_ = voiced_ ? run_of_speech_ + options_.window : milliseconds{0};
  onset_ = voiced_ && (probability >= options_.sure || run_of_speech_ >= options_.min_onset);
  if (run_of_speech_ >= options_.min_speech) {
    const auto kind = state_ == State::kPaused ? Event::Kind::kResumed : Event::Kind::kStarted;
    const milliseconds at = window_start + options_.window - run_of_speech_;
    state_ = State::kSpeaking;
    last_speech_ = position_;
    return Event{kind, at};
  }
  if (state_ == State::kPaused && !voiced_ && position_ - last_speech_ >= options_.min_silence) {
    state_ = State::kSilent;
    return Event{Event::Kind::kEnded, last_speech_};
  }
  return std::nullopt;
}

}  // namespace call_agent::agent
