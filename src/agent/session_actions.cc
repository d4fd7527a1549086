#include <algorithm>
#include <utility>

#include "agent/session.h"
#include "core/log.h"

// What TurnTaking decided, done to the ports and the record.
namespace call_agent::agent {
namespace {

constexpr milliseconds kFirstSyllable{600};

}  // namespace

void Session::dispatch(Event event) {
  events_.push_back(std::move(event));
  if (std::exchange(dispatching_, true)) return;
  while (!events_.empty()) {
    const Event next = std::move(events_.front());
    events_.pop_front();
    for (const auto& action : turns_.step(now(), next)) {
      std::visit([this](const auto& what) { perform(what); }, action);
    }
  }
  dispatching_ = false;
}

void Session::perform(const StartSegment&) {
  // Up to the window that is not judged yet: it follows once it is. From where the last transcript ended: its words are
  // not to be heard twice.
  const std::uint64_t end = heard_.total() - window_.size();
  segment_began_ = std::max(end - std::min<std::uint64_t>(end, kPreroll), transcribed_to_);
  auto preroll = heard_.last(heard_.total() - segment_began_);
  preroll.resize(end - segment_began_);
  segment_open_ = true;
  segment_speech_ = options_.endpointer.min_speech;
  segment_echo_ = milliseconds{0};
  ports_.stt.start_segment(preroll);
}

void Session::perform(const EndSegment&) {
  segment_open_ = false;
  ports_.stt.end_segment();
}

void Session::perform(const Transcribe& action) {
  wanted_transcript_ = action.pause;
  transcribed_to_ = heard_.total() - window_.size();
  transcript_wanted_.notify();
}

void Session::perform(const JudgeTurn& action) {
  wanted_judgement_ = action.pause;
  judgement_wanted_.notify();
}

void Session::perform(const StartReply& action) {
  auto history = history_;
  if (!action.tentative.empty()) history.push_back({Role::kCallee, action.tentative, {}, {}});
  metrics_.reply_asked(Clock::now());
  replies_.spawn(reply(action.reply, std::move(history)));
}

void Session::perform(const CancelReply&) {
  replies_.cancel();
}

void Session::perform(const RunTools&) {
  if (reply_tools_.empty()) return;
  history_.push_back({Role::kAgent, {}, reply_tools_, {}});
  for (const auto& call : std::exchange(reply_tools_, {})) {
    auto result = run_tool(call);
    ports_.journal.on_event("tool", {{"name", call.name}, {"arguments", call.arguments}, {"result", result}});
    history_.push_back({Role::kTool, std::move(result), {}, call.id});
  }
}

std::string Session::run_tool(const ToolCall& call) {
  if (call.name == kEndCall) return "The call ends once you have been heard.";
  if (call.name == kRecordAnswer) {
    auto answer = parse_answer(call);
    if (!answer) return "Error: " + answer.error().what;
    constexpr std::size_t kMostRecorded = 256;
    if (answers_.size() >= kMostRecorded) return "Error: too many answers.";
    answers_.push_back(std::move(*answer));
    return "Recorded.";
  }
  if (call.name == kSendDtmf) {
    auto digits = parse_digits(call);
    if (!digits) return "Error: " + digits.error().what;
    tasks_.spawn(press_for_model(std::move(*digits)));
    return "Sent.";
  }
  if (call.name == kAskPrincipal) return ask_principal(call);
  return "Error: there is no tool of this name.";
}

std::string Session::ask_principal(const ToolCall& call) {
  auto asked = parse_question(call);
  if (!asked) return "Error: " + asked.error().what;
  if (question_) return "Error: your principal has not answered the question before yet.";
  question_ = Question{.id = "question_" + std::to_string(++questions_),
                       .text = std::move(asked->text),
                       .choices = std::move(asked->choices),
                       .limit = options_.turns.question_limit};
  ports_.journal.on_question(*question_);
  return "Asked as " + question_->id + ". Until the answer comes, say at most that you are waiting for it.";
}

Result<void> Session::answer_question(const std::string& id, const std::string& text) {
  if (!question_ || question_->id != id || over_) {
    return fail(Errc::kNotFound, "the agent no longer waits for an answer to " + id);
  }
  ports_.journal.on_question_closed(id, text.empty() ? "declined" : "answered");
  close_question(text);
  dispatch(PrincipalSpoke{.awaited = true});
  return {};
}

void Session::perform(const ExpireQuestion&) {
  if (!question_) return;
  ports_.journal.on_question_closed(question_->id, "expired");
  close_question({});
}

void Session::close_question(const std::string& answer) {
  Json message{{"question", question_->text}};
  if (answer.empty()) {
    message["answer"] = nullptr;
    message["note"] = "There is no answer now. Say that you will come back to them on that, and go on.";
  } else {
    message["answer"] = answer;
  }
  principal_said(std::move(message));
  question_.reset();
}

void Session::instruct(const std::string& text) {
  principal_said({{"instruction", text}});
  dispatch(PrincipalSpoke{});
}

// Their own kind of message: nothing the callee says can look like it.
void Session::principal_said(Json message) {
  history_.push_back({Role::kSystem, dump_json(Json{{"from_your_principal", std::move(message)}}), {}, {}});
}

void Session::perform(const Speak& action) {
  voice_.say(action.text);
}

void Session::perform(const HoldVoice&) {
  if (const auto remaining = voice_.hold()) dispatch(VoiceHeld{*remaining});
}

void Session::perform(const ReleaseVoice& action) {
  const auto before = action.at_cut ? voice_.release_at_cut() : voice_.release();
  // Held at its first syllable, as when the callee picks up with a greeting: it is said from here on.
  const milliseconds said_again = action.at_cut ? milliseconds{0} : kFirstSyllable;
  if (before && *before <= said_again) voice_began_ = now();
}

void Session::perform(const StopVoice&) {
  record_agent(voice_.stop(), false);
}

void Session::perform(const FinishVoice&) {
  record_agent(voice_.finish(), true);
}

void Session::record_agent(Voice::Heard heard, bool finished) {
  if (heard.text.empty()) return;
  record({.role = Role::kAgent,
          .text = std::move(heard.text),
          .start = voice_began_,
          .end = now(),
          .interrupted = !finished && !heard.complete,
          .metrics = metrics_.take(heard.first_audio)});
}

void Session::perform(const RecordCallee& action) {
  metrics_.turn_over(Clock::now());
  record({.role = Role::kCallee,
          .text = action.text,
          .start = action.start,
          .end = action.end,
          .confidence = action.confidence});
}

void Session::record(Turn turn) {
  if (turn.end < turn.start) turn.end = turn.start;
  history_.push_back({turn.role, turn.text, {}, {}});
  ports_.journal.on_turn(turn);
  transcript_.push_back(std::move(turn));
}

void Session::perform(const Note& action) {
  ++counts_[action.kind];
  ports_.journal.on_event(action.kind, {{"at_ms", now().count()}, {"text", action.text}});
}

void Session::perform(const HangUp& action) {
  over_ = action;
  ports_.journal.on_event("ended",
                          {{"at_ms", now().count()}, {"reason", to_string(action.reason)}, {"detail", action.detail}});
  ended_.notify();
}

void Session::on_voice_started() {
  metrics_.voice_started(Clock::now());
  voice_began_ = now();
  dispatch(VoiceStarted{});
}

void Session::on_voice_idle() {
  dispatch(VoiceIdle{});
}

void Session::on_voice_failed(const Error& error) {
  dispatch(VoiceFailed{error.what});
}

}  // namespace call_agent::agent
