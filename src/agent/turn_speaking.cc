#include <utility>

#include "agent/turn_taking.h"

// The agent's side of TurnTaking: replies, what is spoken of them, and the goodbye.
namespace call_agent::agent {
namespace {

constexpr int kMostFailures = 2;

}  // namespace

void TurnTaking::start_reply(const std::string& tentative) {
  aside_.reset();
  reply_ = Reply{.id = next_reply_++, .committed = tentative.empty(), .asked = now_};
  splitter_ = SentenceSplitter{};
  voice_idle_ = true;
  news_ = News::kNone;
  if (reply_->committed) {
    mouth_ = Mouth::kThinking;
  } else {
    emit(HoldVoice{});
  }
  emit(StartReply{reply_->id, tentative});
}

void TurnTaking::drop_reply() {
  if (!reply_) return;
  if (!reply_->done) emit(CancelReply{});
  // It was never heard, and nothing of it will be.
  if (!reply_->committed) emit(StopVoice{});
  reply_.reset();
}

void TurnTaking::say(const std::string& phrase) {
  aside_.reset();
  reply_ = Reply{.id = next_reply_++, .committed = true, .done = true, .settled = true, .asked = now_};
  mouth_ = Mouth::kThinking;
  SentenceSplitter splitter;
  speak(splitter.push(phrase));
  speak(splitter.finish());
}

void TurnTaking::say_and_end(const std::string& phrase, EndReason reason, std::string detail) {
  closing_ = reason;
  closing_detail_ = std::move(detail);
  say(phrase);
}

void TurnTaking::speak(std::vector<std::string> sentences) {
  for (auto& sentence : sentences) {
    reply_->spoken = true;
    voice_idle_ = false;
    asked_question_ = sentence.ends_with('?');
    emit(Speak{std::move(sentence)});
  }
}

void TurnTaking::on(const ReplyPiece& event) {
  if (!reply_ || reply_->id != event.reply || reply_->done) return;
  reply_->asked = now_;
  if (reply_->bytes >= options_.most_reply_bytes) return;
  reply_->bytes += event.text.size();
  speak(splitter_.push(event.text));
}

void TurnTaking::on(const ReplyDone& event) {
  if (!reply_ || reply_->id != event.reply || reply_->done) return;
  speak(splitter_.finish());
  reply_->done = true;
  reply_->ends_call = event.ends_call;
  reply_->other_tools = event.other_tools;
  reply_->asks_principal = event.asks_principal && !event.ends_call;
}

void TurnTaking::on(const ReplyFailed& event) {
  if (!reply_ || reply_->id != event.reply || reply_->done) return;
  if (!reply_->committed) {
    reply_->failed = true;
    return;
  }
  if (!reply_->spoken) return reply_failed(event.what);
  // What was said of it stands: asked again, the language model would say the same once more.
  emit(Note{"reply_failed", event.what});
  reply_->done = true;
}

void TurnTaking::reply_failed(const std::string& what) {
  emit(Note{"reply_failed", what});
  ++failures_;
  if (failures_ >= kMostFailures) {
    return say_and_end(phrases_.trouble, EndReason::kFailure, "the language model failed: " + what);
  }
  const bool idle = voice_idle_;
  start_reply({});
  voice_idle_ = idle;
  speak({phrases_.one_moment});
  reply_->spoken = false;
}

void TurnTaking::on(const VoiceStarted&) {
  if (mouth_ == Mouth::kThinking) mouth_ = Mouth::kSpeaking;
}

void TurnTaking::on(const VoiceIdle&) {
  voice_idle_ = true;
}

void TurnTaking::on(const VoiceHeld& event) {
  if (held_) held_remaining_ = event.remaining;
}

void TurnTaking::on(const VoiceFailed& event) {
  emit(Note{"voice_failed", event.what});
  silence_the_agent();
  end(EndReason::kFailure, "the voice failed: " + event.what);
}

void TurnTaking::hold_the_voice() {
  held_ = true;
  held_since_ = now_;
  held_remaining_.reset();
  emit(HoldVoice{});
}

void TurnTaking::silence_the_agent() {
  drop_reply();
  if (mouth_ != Mouth::kSilent) emit(StopVoice{});
  mouth_ = Mouth::kSilent;
  held_ = flinched_ = false;
  opening_ = false;
  silent_since_ = now_;
}

void TurnTaking::yield_turn() {
  if (mouth_ == Mouth::kSpeaking) {
    interrupted_ = true;
    flinches_ = 0;
    emit(Note{"interruption", ""});
  }
  silence_the_agent();
  // A goodbye that was not heard is none.
  if (!goodbye_is_final()) closing_.reset();
}

void TurnTaking::go_on() {
  held_ = flinched_ = false;
  emit(ReleaseVoice{});
}

bool TurnTaking::goodbye_is_final() const {
  return closing_ == EndReason::kDuration || closing_ == EndReason::kFailure;
}

void TurnTaking::finish_turn() {
  emit(FinishVoice{});
  mouth_ = Mouth::kSilent;
  opening_ = false;
  reply_.reset();
  silent_since_ = now_;
}

void TurnTaking::settle_patience() {
  if (reply_->done || now_ - reply_->asked < options_.reply_patience) return;
  if (reply_->spoken) {
    emit(CancelReply{});
    reply_->done = true;
  } else {
    drop_reply();
    reply_failed("no reply in time");
  }
}

// The reply is whole: its tools run, and it may end the call or need another.
void TurnTaking::settle_reply() {
  reply_->settled = true;
  if (reply_->asks_principal) {
    asked_principal_ = now_;
    speak({phrases_.please_wait});
  }
  const bool spoken = reply_->spoken;
  if (spoken || reply_->ends_call) failures_ = 0;
  if (reply_->ends_call || reply_->other_tools) emit(RunTools{reply_->id});
  if (reply_->ends_call) {
    closing_ = EndReason::kAgentFinished;
    closing_detail_ = "the agent ended the call";
    if (!spoken) say(phrases_.goodbye);
  } else if (!spoken && reply_->other_tools && tool_rounds_ < options_.most_tool_rounds) {
    ++tool_rounds_;
    start_reply({});
  } else if (!spoken) {
    reply_failed(reply_->other_tools ? "it only calls tools" : "its reply was empty");
  }
}

void TurnTaking::settle_speaking() {
  if (reply_ && reply_->committed) {
    if (!held_) settle_patience();
    // The tools of what is being heard do not wait for whoever speaks over it: a goodbye may be among them.
    const bool audible = mouth_ == Mouth::kSpeaking && reply_->spoken;
    if (reply_->done && !reply_->settled && (!held_ || audible)) settle_reply();
    if (!held_ && reply_->settled && voice_idle_) finish_turn();
  }
  if (closing_ && mouth_ == Mouth::kSilent && !reply_ && !callee_.open &&
      now_ - silent_since_ >= options_.goodbye_grace) {
    end(*closing_, closing_detail_);
  }
}

}  // namespace call_agent::agent
