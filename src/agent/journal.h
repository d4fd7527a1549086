#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/ports.h"
#include "core/clock.h"
#include "core/json.h"

namespace call_agent::agent {

/// One thing said.
struct Turn {
  Role role = Role::kCallee;  ///< kCallee or kAgent.
  std::string text;
  milliseconds start{0};            ///< Since the answer.
  milliseconds end{0};              ///< >= start.
  bool interrupted = false;         ///< The agent was cut off: `text` is what was heard of it.
  std::optional<float> confidence;  ///< Of the transcription, in [0, 1], where the engine reports one.
  /// Of an agent's reply, integers in milliseconds, never negative, each where it applies: `end_of_speech_delay`
  /// (the callee's last sound to the decision that the turn is over), `stt`, `llm_first_token`, `tts_first_audio`,
  /// `total` (the callee's last sound to the agent's first).
  Json metrics = Json::object();
};

/// What the agent wants to know from its principal.
struct Question {
  std::string id;  ///< Unique within the call.
  std::string text;
  std::vector<std::string> choices;  ///< Empty: any answer.
  milliseconds limit{0};             ///< For the answer, from now.
};

/// Where a session tells what happens while it happens. Called on the session's executor; must not block: an
/// implementation that writes to a disk queues.
class Journal {
 public:
  virtual ~Journal() = default;
  virtual void on_turn(const Turn& turn) = 0;
  virtual void on_question(const Question& question) = 0;
  /// `how`: "answered" or "expired". A question that is open when the call ends is never closed.
  virtual void on_question_closed(std::string_view id, std::string_view how) = 0;
  /// `kind`: backchannel, noise, interruption, reply_dropped, tool, still_there, reply_failed, voice_failed, ended …
  virtual void on_event(std::string_view kind, const Json& data) = 0;
};

}  // namespace call_agent::agent
