#include <algorithm>
#include <utility>

#include "agent/turn_taking.h"

// The callee's side of TurnTaking: segments, transcripts, the end of a turn, and speech over the agent.
namespace call_agent::agent {
namespace {

constexpr milliseconds kAnswerOverlap{500};   // A "yes" into this much of the rest is an answer.
constexpr milliseconds kEndOfQuestion{1500};  // Into this much of it, it may turn out to be one.
constexpr milliseconds kAudibleSpeech{700};   // Speech this long of which nothing is understood was no cough.
constexpr milliseconds kPickUp{2500};         // A greeting that begins this early belongs to picking up.
constexpr int kMostUnclear = 2;

}  // namespace

void TurnTaking::open_segment(milliseconds at) {
  emit(StartSegment{});
  callee_.open = true;
  callee_.began = at;
}

void TurnTaking::close_segment() {
  emit(EndSegment{});
  callee_ = Listening{.speaking = callee_.speaking, .last_sound = callee_.last_sound};
}

void TurnTaking::on(const SpeechStarted& event) {
  callee_.speaking = true;
  callee_.judged = callee_.transcribing = callee_.unweighed = callee_.whole = false;
  callee_.probability.reset();
  if (!callee_.open) open_segment(event.at);
  if (reply_ && !reply_->committed) {
    emit(Note{"reply_dropped", ""});
    drop_reply();
  }
  flinched_ = false;
  if (mouth_ != Mouth::kSilent && !held_) hold_the_voice();
}

// A voice that waits until it is sure that somebody speaks falls silent too late: what a click costs instead is a
// pause.
void TurnTaking::mind_the_onset(const Tick& event) {
  if (flinched_ && !event.voiced) {
    ++flinches_;
    emit(Note{"flinch", ""});
    held_ = flinched_ = false;
    emit(ReleaseVoice{.at_cut = true});
    return;
  }
  const bool surprised = event.onset && mouth_ != Mouth::kSilent && !held_ && !callee_.speaking;
  if (!surprised || flinches_ >= options_.most_flinches) return;
  flinched_ = true;
  hold_the_voice();
}

void TurnTaking::on(const SpeechPaused& event) {
  if (!callee_.open) return;
  callee_.speaking = false;
  callee_.last_sound = event.at;
  ask();
  callee_.judged = false;
  callee_.probability.reset();
  emit(JudgeTurn{pause_});
}

void TurnTaking::ask() {
  callee_.transcribing = true;
  callee_.whole = false;
  callee_.asked = now_;
  emit(Transcribe{++pause_});
}

void TurnTaking::on(const TurnJudged& event) {
  if (event.pause != pause_ || callee_.speaking) return;
  callee_.judged = true;
  callee_.probability = event.probability;
}

void TurnTaking::on(const Transcribed& event) {
  if (event.pause != pause_ || !callee_.open || !callee_.transcribing) return;
  callee_.transcribing = false;
  if (!event.failed) {
    callee_.text = is_noise(event.text) ? std::string{} : event.text;
    callee_.text_end = callee_.speaking ? now_ : callee_.last_sound;
    callee_.confidence = event.confidence;
    callee_.whole = true;
  }
  if (leaving_) return end(*leaving_, "the callee hung up");
  // Who speaks that long has the turn.
  if (callee_.speaking) return held_ ? yield_turn() : void();
  const bool over_the_agent = held_ && !flinched_;
  callee_.unweighed = over_the_agent;
  if (!over_the_agent) words_to_the_agent();
}

// The callee spoke while the agent had the turn, and the voice is held: what did they mean by it?
void TurnTaking::words_over_the_agent() {
  const std::string text = words();
  const bool audible = mouth_ == Mouth::kSpeaking;
  if (text.empty()) {
    close_unclear();
    return go_on();
  }
  const bool picking_up = opening_ && callee_.began <= kPickUp && is_greeting(text);
  // Into the very end of what the agent says, "yeah" is an answer, not a sign of listening.
  const bool nearly_done = reply_ && reply_->done && held_remaining_ && *held_remaining_ < kAnswerOverlap;
  if (picking_up || (audible && is_backchannel(text) && !nearly_done)) {
    RecordCallee words{text, callee_.began, callee_.last_sound, callee_.confidence};
    close_segment();
    emit(Note{picking_up ? "greeting" : "backchannel", text});
    if (picking_up) {
      emit(std::move(words));
    } else if (reply_ && reply_->done && held_remaining_ && *held_remaining_ < kEndOfQuestion) {
      aside_ = std::move(words);
    }
    return go_on();
  }
  // Goodbyes overlap; the callee's does not cancel the agent's.
  if (goodbye_is_final() || (closing_ && is_farewell(text))) {
    emit(RecordCallee{text, callee_.began, callee_.last_sound, callee_.confidence});
    close_segment();
    return go_on();
  }
  yield_turn();
  words_to_the_agent();
}

// The callee has the turn; whether it is over is settle_listening()'s to say.
void TurnTaking::words_to_the_agent() {
  const std::string text = words();
  if (text.empty()) {
    const bool speech = callee_.last_sound - callee_.began >= kAudibleSpeech;
    close_unclear();
    if (!speech || mouth_ != Mouth::kSilent || closing_ || unclear_ >= kMostUnclear) return;
    ++unclear_;
    return say(phrases_.say_again);
  }
  const bool may_end = !callee_.judged || !callee_.probability || *callee_.probability >= options_.turn_over;
  if (may_end) speculate(text);
}

void TurnTaking::speculate(const std::string& text) {
  const bool needs_reply = !goodbye_is_final() && !(closing_ && is_farewell(text));
  if (!options_.speculate || !needs_reply || is_hanging(text) || mouth_ != Mouth::kSilent || reply_) return;
  start_reply(text);
}

milliseconds TurnTaking::limit_for(const std::string& text) const {
  if (is_short_answer(text)) return options_.short_answer_limit;
  if (is_hanging(text)) return options_.hanging_limit;
  if (callee_.judged && !callee_.probability) return options_.no_model_limit;
  return options_.silence_limit;
}

// How long a silence must be for the turn model to be believed. "Lovely," is how many a sentence begins.
milliseconds TurnTaking::least_for(const std::string& text) const {
  if (interrupted_ && !is_short_answer(text)) return options_.interrupter_limit;
  return is_brief(text) ? options_.short_answer_limit : options_.least_silence;
}

void TurnTaking::settle_listening() {
  if (callee_.open && callee_.speaking) {
    // Nobody says "mm-hm" for this long; but a restaurant's greeting takes its time.
    const bool picking_up = opening_ && callee_.began <= kPickUp;
    if (held_ && !picking_up && now_ - held_since_ >= options_.barge_in_limit) yield_turn();
    const milliseconds since = std::max(callee_.began, callee_.asked);
    if (now_ - since >= options_.transcribe_after && !callee_.transcribing) ask();
  }
  if (callee_.open && callee_.transcribing && now_ - callee_.asked >= options_.transcript_patience) {
    on(Transcribed{.pause = pause_, .failed = true});
  }
  // A sound right then may be the rest of them: the next window tells.
  if (callee_.unweighed && held_ && !voiced_ && now_ - callee_.last_sound >= options_.held_silence) {
    callee_.unweighed = false;
    words_over_the_agent();
  }
  if (over_ || !callee_.open || callee_.speaking || callee_.transcribing || held_) {
    // A "yes" spoken into the end of a question, and nothing since: it was the answer.
    if (aside_ && !callee_.open && mouth_ == Mouth::kSilent && asked_question_ &&
        now_ - silent_since_ >= options_.late_answer) {
      const RecordCallee words = *std::exchange(aside_, std::nullopt);
      commit_turn(words.text, words.start, words.end, words.confidence);
    }
    if (!digits_.empty() && !callee_.open && mouth_ == Mouth::kSilent && now_ - digits_at_ >= options_.digits_pause) {
      commit_turn(pressed(), digits_at_, digits_at_, std::nullopt);
    }
    return;
  }
  const std::string text = words();
  if (text.empty()) return;
  const milliseconds silence = now_ - callee_.last_sound;
  const bool model_says = callee_.probability && *callee_.probability >= options_.turn_over && !is_hanging(text) &&
                          silence >= least_for(text);
  const bool full = text.size() >= options_.most_turn_bytes;
  if (!model_says && !full && silence < limit_for(text)) {
    if (silence >= options_.speculate_after) speculate(text);
    return;
  }
  // Sound again, too little yet to be speech: the next window will tell, and talking into it would be rude.
  if (voiced_ && silence < options_.hanging_limit) return;
  const milliseconds start = callee_.began, end = callee_.last_sound;
  const auto confidence = callee_.confidence;
  close_segment();
  commit_turn(text, start, end, confidence);
}

void TurnTaking::commit_turn(std::string text, milliseconds start, milliseconds end_of_speech,
                             std::optional<float> confidence) {
  aside_.reset();
  interrupted_ = false;
  prompts_ = unclear_ = tool_rounds_ = 0;
  patient_ = asks_for_patience(text);
  silent_since_ = now_;
  // "Sure, go ahead": whoever waits for an answer wants no further words. "Hello?" does, and so does "No."
  const bool waits = asked_principal_ && !is_question(text) && (is_backchannel(text) || asks_for_patience(text));
  const bool farewell = closing_ && is_farewell(text) && mouth_ == Mouth::kSilent;
  emit(RecordCallee{std::move(text), start, end_of_speech, confidence});
  if (farewell) {
    drop_reply();
    return end(*closing_, closing_detail_);
  }
  if (goodbye_is_final()) return;
  closing_.reset();
  if (waits) return drop_reply();
  if (!reply_) return start_reply({});
  if (reply_->failed) {
    // Nothing of it was heard, and the next one would begin with the same words.
    emit(StopVoice{});
    voice_idle_ = true;
    return reply_failed("");
  }
  reply_->committed = true;
  mouth_ = Mouth::kThinking;
  emit(ReleaseVoice{});
}

void TurnTaking::record_words() {
  if (!callee_.text.empty()) {
    emit(RecordCallee{callee_.text, callee_.began, callee_.text_end, callee_.confidence});
  }
}

// Of what was said last nothing was understood; of what came before it something may have been.
void TurnTaking::close_unclear() {
  emit(Note{"noise", ""});
  record_words();
  close_segment();
}

}  // namespace call_agent::agent
