#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/result.h"

namespace call_agent::calls {

enum class State : std::uint8_t { kQueued, kDispatching, kReady, kDialing, kRinging, kActive, kEnding, kEnded };

/// How a call ended: a closed set, and the only words for it in the log, the protocol and the metrics.
enum class Outcome : std::uint8_t {
  kCompleted,
  kVoicemailLeft,
  kVoicemailNoMessage,
  kScreened,
  kIvrStuck,
  kHoldTimeout,
  kBusy,
  kNoAnswer,
  kDeclined,
  kInvalidNumber,
  kTrunkError,
  kRateLimited,
  kDropped,
  kPolicyRefused,
  kAgentFailed,
  kCanceled,
};

std::string_view to_string(State state);
std::string_view to_string(Outcome outcome);
std::optional<State> state_from(std::string_view name);
std::optional<Outcome> outcome_from(std::string_view name);
/// Whether the same call may succeed if placed again later, by a new intent.
bool retryable(Outcome outcome);

/// What was said, in order.
struct Turn {
  enum class Role : std::uint8_t { kCallee, kAgent };
  Role role = Role::kCallee;
  std::string text;
  std::int64_t start_ms = 0;  ///< Since the answer.
  std::int64_t end_ms = 0;
  bool interrupted = false;  ///< The agent was cut off; `text` is what was heard of it.
  std::optional<double> confidence;
  /// Milliseconds, where they apply: end_of_speech_delay, stt, llm_first_token, tts_first_audio, total.
  Json metrics = Json::object();
};

struct Answer {
  std::string field;
  Json value;
  std::string quote;
  int turn = -1;
  std::int64_t offset_ms = 0;
};

/// What the agent wants to know from its principal while the callee waits.
struct Question {
  std::string id;  ///< Unique within the call.
  std::string text;
  std::vector<std::string> choices;  ///< Empty: any answer.
  std::int64_t asked_ms = 0;         ///< Unix.
  std::int64_t expires_ms = 0;       ///< Unix; after it the agent goes on without an answer.
};

/// Everything known of one call: what the store keeps and what the protocol returns.
struct Call {
  std::string call_id;          ///< "call_" and 128 random bits.
  std::string owner;            ///< The principal it is made for; empty for this machine's user.
  std::string idempotency_key;  ///< Unique to its owner; empty if the caller gave none.
  std::string phone_number;     ///< E.164.
  std::string objective;
  Json request = Json::object();  ///< Every further argument: context, opening, result_schema, language …
  State state = State::kQueued;
  std::optional<Outcome> outcome;  ///< Set exactly when the state is ended.
  std::string outcome_detail;      ///< For people: "busy (SIP 486)", "trunk ST_x unknown: check SIP_OUTBOUND_TRUNK_ID".
  std::optional<int> sip_status;
  std::string room;                          ///< The LiveKit room, unique to the call.
  std::int64_t created_ms = 0;               ///< Unix.
  std::array<std::int64_t, 8> entered_ms{};  ///< Unix time each State was entered, by its value; 0 if never.
  std::optional<Question> question;          ///< The one that is open, if any.
  std::vector<Turn> transcript;
  std::string summary;
  std::vector<Answer> answers;
  std::vector<std::string> commitments;
  Json metrics = Json::object();
  std::string recording;  ///< Path of the stereo WAV; empty if none.
  Json usage = Json::object();
};

std::string_view to_string(Turn::Role role);

/// The parts of a record that the store keeps as JSON, and back.
/// Errors: kInvalidArgument naming the field, for a log written by something else.
Json to_json(const Turn& turn);
Json to_json(const Answer& answer);
Json to_json(const Question& question);
Result<Turn> turn_from(const Json& json);
Result<Answer> answer_from(const Json& json);
Result<Question> question_from(const Json& json);

/// The record as the protocol and `call-agent calls show --json` print it. Numbers in full: redaction is for logs.
Json to_json(const Call& call);

}  // namespace call_agent::calls
