#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/turn_taking.h"

namespace call_agent::agent {

/// A call as a test tells it: what the callee, the models and the voice do, and what TurnTaking did about it.
class TestCall {
 public:
  explicit TestCall(TurnTaking::Options options = {}) : turns_(options, Phrases{}) {}

  void event(const Event& what) {
    for (const auto& action : turns_.step(now_, what)) {
      if (const auto* start = std::get_if<StartReply>(&action)) reply_ = start->reply;
      if (std::holds_alternative<Transcribe>(action)) pause_ = std::get<Transcribe>(action).pause;
      done_.push_back(describe(action));
    }
  }

  /// Time goes by in windows of 32 ms.
  void wait(milliseconds time, bool voiced = false) {
    const auto until = now_ + time;
    while (now_ < until) {
      now_ = std::min(until, now_ + milliseconds{32});
      event(Tick{voiced});
    }
  }

  /// The opening, spoken to its end.
  void pick_up_and_listen() {
    event(Answered{"Hello, this is Ada."});
    event(VoiceStarted{});
    wait(milliseconds{1500});
    event(VoiceIdle{});
    forget();
  }

  /// A window that sounds like the beginning of speech.
  void onset() {
    now_ += milliseconds{32};
    event(Tick{.voiced = true, .onset = true});
  }
  void callee_starts() {
    const auto at = now_;
    wait(milliseconds{96}, true);
    event(SpeechStarted{at});
  }
  /// Speaks on, then 160 ms of silence.
  void callee_pauses(milliseconds after = milliseconds{600}) {
    wait(after, true);
    const auto at = now_;
    wait(milliseconds{160});
    event(SpeechPaused{at});
  }
  void understood(std::string text) { event(Transcribed{.pause = pause_, .text = std::move(text)}); }
  void judged(float probability) { event(TurnJudged{pause_, probability}); }

  /// The callee says this, the models find it complete, and a little silence follows.
  void callee_says(const std::string& text, milliseconds length = milliseconds{600}) {
    callee_starts();
    callee_pauses(length);
    understood(text);
    judged(0.9F);
    wait(milliseconds{192});
  }

  void agent_replies(const std::string& text, bool ends_call = false, bool other_tools = false) {
    if (!text.empty()) event(ReplyPiece{reply_, text});
    event(ReplyDone{reply_, ends_call, other_tools});
  }
  void agent_is_heard() { event(VoiceStarted{}); }
  void agent_finishes() { event(VoiceIdle{}); }
  /// A reply in the middle of being spoken.
  void agent_is_speaking(const std::string& text = "We would like a table for two tomorrow evening.") {
    callee_says("How can I help you?");
    agent_replies(text);
    agent_is_heard();
    wait(milliseconds{500});
    forget();
  }

  bool did(std::string_view action) const {
    for (const auto& one : done_) {
      if (one.starts_with(action)) return true;
    }
    return false;
  }
  /// Everything done since the last take() or forget(), a line each.
  std::string take() {
    std::string out;
    for (const auto& one : done_) out += one + "\n";
    done_.clear();
    return out;
  }
  void forget() { done_.clear(); }
  bool over() const { return turns_.over(); }
  milliseconds now() const { return now_; }
  int reply() const { return reply_; }
  int pause() const { return pause_; }

 private:
  TurnTaking turns_;
  milliseconds now_{0};
  int reply_ = 0;
  int pause_ = 0;
  std::vector<std::string> done_;
};

}  // namespace call_agent::agent
