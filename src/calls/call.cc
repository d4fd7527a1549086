#include "calls/call.h"

#include <fmt/format.h>

#include "calls/lifecycle.h"
#include "calls/names.h"
#include "core/clock.h"

namespace call_agent::calls {
namespace {

constexpr std::array<std::string_view, 8> kStates{"queued",  "dispatching", "ready",  "dialing",
                                                  "ringing", "active",      "ending", "ended"};
constexpr std::array<std::string_view, 16> kOutcomes{"completed",      "voicemail_left", "voicemail_no_message",
                                                     "screened",       "ivr_stuck",      "hold_timeout",
                                                     "busy",           "no_answer",      "declined",
                                                     "invalid_number", "trunk_error",    "rate_limited",
                                                     "dropped",        "policy_refused", "agent_failed",
                                                     "canceled"};
constexpr std::array<std::string_view, 2> kRoles{"callee", "agent"};

std::unexpected<Error> malformed(std::string_view what, std::string_view field) {
  return fail(Errc::kInvalidArgument, fmt::format("a stored {} has no proper {}", what, field));
}

bool text(const Json& json, const char* field) {
  return json.contains(field) && json[field].is_string();
}
bool integer(const Json& json, const char* field) {
  return json.contains(field) && json[field].is_number_integer();
}

Json timestamps(const Call& call) {
  Json times = Json::object();
  times["created"] = rfc3339(call.created_ms);
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (call.entered_ms[i] != 0) times[std::string(kStates[i])] = rfc3339(call.entered_ms[i]);
  }
  return times;
}

}  // namespace

std::string_view to_string(State state) {
  return kStates[static_cast<std::size_t>(state)];
}
std::string_view to_string(Outcome outcome) {
  return kOutcomes[static_cast<std::size_t>(outcome)];
}
std::string_view to_string(Turn::Role role) {
  return kRoles[static_cast<std::size_t>(role)];
}
std::optional<State> state_from(std::string_view name) {
  return from_name<State>(kStates, name);
}
std::optional<Outcome> outcome_from(std::string_view name) {
  return from_name<Outcome>(kOutcomes, name);
}

bool retryable(Outcome outcome) {
  switch (outcome) {
    case Outcome::kBusy:
    case Outcome::kNoAnswer:
    case Outcome::kRateLimited:
    case Outcome::kDropped:
    case Outcome::kAgentFailed:
    case Outcome::kVoicemailNoMessage:
    case Outcome::kHoldTimeout:
      return true;
    // The callee or a rule said no, a mistake has to be mended first, or there is nothing left to do.
    case Outcome::kCompleted:
    case Outcome::kVoicemailLeft:
    case Outcome::kScreened:
    case Outcome::kIvrStuck:
    case Outcome::kDeclined:
    case Outcome::kInvalidNumber:
    case Outcome::kTrunkError:
    case Outcome::kPolicyRefused:
    case Outcome::kCanceled:
      return false;
  }
  return false;
}

Json to_json(const Turn& turn) {
  Json json{{"role", to_string(turn.role)},
            {"text", turn.text},
            {"start_ms", turn.start_ms},
            {"end_ms", turn.end_ms},
            {"interrupted", turn.interrupted}};
  if (turn.confidence) json["confidence"] = *turn.confidence;
  if (!turn.metrics.empty()) json["metrics"] = turn.metrics;
  return json;
}

Json to_json(const Answer& answer) {
  return Json{{"field", answer.field},
              {"value", answer.value},
              {"quote", answer.quote},
              {"turn", answer.turn},
              {"offset_ms", answer.offset_ms}};
}

Json to_json(const Question& question) {
  Json json{{"id", question.id},
            {"text", question.text},
            {"asked_ms", question.asked_ms},
            {"expires_ms", question.expires_ms}};
  if (!question.choices.empty()) json["choices"] = question.choices;
  return json;
}

Result<Turn> turn_from(const Json& json) {
  Turn turn;
  const auto role =
      text(json, "role") ? from_name<Turn::Role>(kRoles, json["role"].get_ref<const std::string&>()) : std::nullopt;
  if (!role) return malformed("turn", "role");
  if (!text(json, "text")) return malformed("turn", "text");
  if (!integer(json, "start_ms") || !integer(json, "end_ms")) return malformed("turn", "time");
  turn.role = *role;
  turn.text = json["text"];
  turn.start_ms = json["start_ms"];
  turn.end_ms = json["end_ms"];
  turn.interrupted = json.contains("interrupted") && json["interrupted"] == true;
  if (json.contains("confidence") && json["confidence"].is_number()) turn.confidence = json["confidence"];
  if (json.contains("metrics") && json["metrics"].is_object()) turn.metrics = json["metrics"];
  return turn;
}

Result<Answer> answer_from(const Json& json) {
  Answer answer;
  if (!text(json, "field")) return malformed("answer", "field");
  if (!json.contains("value")) return malformed("answer", "value");
  answer.field = json["field"];
  answer.value = json["value"];
  if (text(json, "quote")) answer.quote = json["quote"];
  if (integer(json, "turn")) answer.turn = json["turn"];
  if (integer(json, "offset_ms")) answer.offset_ms = json["offset_ms"];
  return answer;
}

Result<Question> question_from(const Json& json) {
  Question question;
  if (!text(json, "id")) return malformed("question", "id");
  if (!text(json, "text")) return malformed("question", "text");
  if (!integer(json, "asked_ms") || !integer(json, "expires_ms")) return malformed("question", "time");
  question.id = json["id"];
  question.text = json["text"];
  question.asked_ms = json["asked_ms"];
  question.expires_ms = json["expires_ms"];
  if (!json.contains("choices")) return question;
  for (const auto& choice : json["choices"]) {
    if (!choice.is_string()) return malformed("question", "choice");
    question.choices.push_back(choice);
  }
  return question;
}

Json to_json(const Call& call) {
  Json transcript = Json::array();
  for (const auto& turn : call.transcript) transcript.push_back(to_json(turn));
  Json answers = Json::object();
  for (const auto& answer : call.answers) {
    Json entry = to_json(answer);
    entry.erase("field");
    answers[answer.field] = std::move(entry);
  }
  Json json{{"call_id", call.call_id},
            {"phone_number", call.phone_number},
            {"objective", call.objective},
            {"state", to_string(call.state)},
            {"outcome", call.outcome ? Json(to_string(*call.outcome)) : Json()},
            {"outcome_detail", call.outcome_detail},
            {"sip_status", call.sip_status ? Json(*call.sip_status) : Json()},
            {"retryable", call.outcome ? Json(retryable(*call.outcome)) : Json()},
            {"timestamps", timestamps(call)},
            {"transcript", std::move(transcript)},
            {"summary", call.summary},
            {"answers", std::move(answers)},
            {"commitments", call.commitments},
            {"metrics", call.metrics},
            {"recording", call.recording},
            {"usage", call.usage},
            {"request", call.request}};
  if (call.question) json["question"] = to_json(*call.question);
  if (!call.owner.empty()) json["owner"] = call.owner;
  if (!call.idempotency_key.empty()) json["idempotency_key"] = call.idempotency_key;
  return json;
}

}  // namespace call_agent::calls
