#include "agent/turn_taking.h"

#include <utility>

namespace call_agent::agent {

TurnTaking::TurnTaking(Options options, Phrases phrases) : options_(options), phrases_(std::move(phrases)) {}

std::vector<Action> TurnTaking::step(milliseconds now, const Event& event) {
  if (over_) return {};
  if (now > now_) now_ = now;
  // Until the answer, and once the callee is gone, only what ends the call still counts.
  const bool ends = std::holds_alternative<CalleeLeft>(event) || std::holds_alternative<StopRequested>(event);
  const bool last_words =
      leaving_ && (std::holds_alternative<Transcribed>(event) || std::holds_alternative<Tick>(event));
  if (!ends && !last_words && !std::holds_alternative<Answered>(event) && (!active_ || leaving_)) return {};
  std::visit([this](const auto& what) { on(what); }, event);
  if (!over_ && active_ && !leaving_) {
    settle_listening();
    if (!over_) settle_speaking();
    if (!over_) settle_principal();
    if (!over_) settle_limits();
  }
  return std::exchange(actions_, {});
}

void TurnTaking::on(const Answered& event) {
  if (active_) return;
  active_ = true;
  silent_since_ = now_;
  if (event.opening.empty()) return;
  opening_ = true;
  say(event.opening);
}

void TurnTaking::on(const DigitHeard& event) {
  if (digits_.size() < 32) digits_ += event.digit;
  digits_at_ = now_;
}

void TurnTaking::on(const PrincipalSpoke& event) {
  if (event.awaited) asked_principal_.reset();
  if (event.awaited || news_ == News::kNone) news_ = event.awaited ? News::kAnswer : News::kInstruction;
}

void TurnTaking::on(const Tick& event) {
  voiced_ = event.voiced;
  mind_the_onset(event);
  if (leaving_ && now_ - callee_.asked >= options_.transcript_patience) end(*leaving_, "the callee hung up");
}

void TurnTaking::on(const CalleeLeft& event) {
  if (leaving_) return;
  const char* detail = event.reason == EndReason::kMediaLost ? "the call's audio ended" : "the callee hung up";
  silence_the_agent();
  leaving_ = closing_ && event.reason == EndReason::kCalleeLeft ? *closing_ : event.reason;
  const bool understood = !callee_.speaking && !callee_.transcribing && !words().empty();
  if (!callee_.open || understood) return end(*leaving_, detail);
  // Nothing the callee said may be lost: their last words are transcribed before the end.
  if (callee_.speaking || !callee_.transcribing) {
    if (callee_.speaking) callee_.last_sound = now_;
    callee_.speaking = false;
    callee_.transcribing = true;
    callee_.asked = now_;
    emit(Transcribe{++pause_});
  }
}

void TurnTaking::on(const StopRequested&) {
  silence_the_agent();
  end(EndReason::kStopped, "the call was cancelled");
}

void TurnTaking::end(EndReason reason, std::string detail) {
  record_what_is_open();
  emit(HangUp{reason, std::move(detail)});
  over_ = true;
}

// Words that were understood and not yet a turn of their own are part of the record all the same.
void TurnTaking::record_what_is_open() {
  if (aside_ && asked_question_) emit(*std::exchange(aside_, std::nullopt));
  if (callee_.open) {
    record_words();
    close_segment();
  }
  if (!digits_.empty()) emit(RecordCallee{pressed(), digits_at_, digits_at_, std::nullopt});
}

std::string TurnTaking::pressed() {
  return "(pressed " + std::exchange(digits_, {}) + ")";
}

void TurnTaking::settle_principal() {
  if (asked_principal_ && now_ - *asked_principal_ >= options_.question_limit) {
    emit(ExpireQuestion{});
    asked_principal_.reset();
    news_ = News::kAnswer;
  }
  if (news_ == News::kNone || mouth_ != Mouth::kSilent || reply_ || callee_.open || closing_) return;
  if (news_ == News::kInstruction && (asked_principal_ || now_ - silent_since_ < options_.instruction_pause)) return;
  tool_rounds_ = 0;
  start_reply({});
}

void TurnTaking::settle_limits() {
  const bool quiet = mouth_ == Mouth::kSilent && !callee_.open && !closing_ && digits_.empty() && !asked_principal_;
  if (now_ >= options_.max_duration) {
    silence_the_agent();
    return end(EndReason::kDuration, "the longest duration of a call was reached");
  }
  const milliseconds wrap_up_at = options_.max_duration - options_.wrap_up;
  if (!time_is_up_ && !closing_ && now_ >= wrap_up_at) {
    // A sentence is let out, but not for long.
    const bool polite = !callee_.speaking && (mouth_ == Mouth::kSilent || reply_ == std::nullopt);
    if (!polite && now_ < wrap_up_at + milliseconds{3000}) return;
    time_is_up_ = true;
    silence_the_agent();
    return say_and_end(phrases_.time_is_up, EndReason::kDuration, "the longest duration of a call was reached");
  }
  if (!quiet) return;
  const milliseconds patience = patient_ ? options_.patient_prompt : options_.silence_prompt;
  if (now_ - silent_since_ < patience) return;
  patient_ = false;
  if (prompts_ >= options_.most_prompts) {
    return say_and_end(phrases_.nobody_there, EndReason::kSilence, "the callee fell silent");
  }
  ++prompts_;
  emit(Note{"still_there", ""});
  say(phrases_.still_there);
}

}  // namespace call_agent::agent
