#include "store/call_row.h"

#include <fmt/format.h>

#include "core/json.h"

namespace call_agent::store {
namespace {

enum Column {
  kCallId,
  kKey,
  kNumber,
  kObjective,
  kRequest,
  kRoom,
  kState,
  kOutcome,
  kDetail,
  kSip,
  kCreated,
  kSummary,
  kAnswers,
  kCommitments,
  kMetrics,
  kRecording,
  kUsage,
  kOwner,
  kQuestion,
  kEntered
};

std::unexpected<Error> damaged(const std::string& call_id, std::string_view what) {
  return fail(Errc::kInternal, fmt::format("the call log's record of {} is damaged: {}", call_id, what));
}

}  // namespace

std::string_view call_columns() {
  return "call_id, idempotency_key, phone_number, objective, request, room, state, outcome, outcome_detail, "
         "sip_status, "
         "created_ms, summary, answers, commitments, metrics, recording, usage, owner, question, queued_ms, "
         "dispatching_ms, ready_ms, "
         "dialing_ms, ringing_ms, active_ms, ending_ms, ended_ms";
}

std::string entered_column(calls::State state) {
  return fmt::format("{}_ms", calls::to_string(state));
}

std::string key_column(std::string_view owner, std::string_view key) {
  if (owner.empty() || key.empty()) return std::string(key);
  return fmt::format("{}\x1f{}", owner, key);
}

std::string answers_column(const std::vector<calls::Answer>& answers) {
  Json json = Json::array();
  for (const auto& answer : answers) json.push_back(calls::to_json(answer));
  return dump_json(json);
}

std::string commitments_column(const std::vector<std::string>& commitments) {
  return dump_json(Json(commitments));
}

Result<calls::Call> read_call(const Query& row) {
  calls::Call call;
  call.call_id = row.text(kCallId);
  call.owner = row.text(kOwner);
  call.idempotency_key = row.text(kKey).substr(row.is_null(kKey) ? 0 : key_column(call.owner, " ").size() - 1);
  call.phone_number = row.text(kNumber);
  call.objective = row.text(kObjective);
  call.room = row.text(kRoom);
  const auto state = row.integer(kState);
  if (state < 0 || state > static_cast<int>(calls::State::kEnded)) return damaged(call.call_id, "state");
  call.state = static_cast<calls::State>(state);
  if (!row.is_null(kOutcome)) {
    call.outcome = calls::outcome_from(row.text(kOutcome));
    if (!call.outcome) return damaged(call.call_id, "outcome");
  }
  call.outcome_detail = row.text(kDetail);
  if (!row.is_null(kSip)) call.sip_status = static_cast<int>(row.integer(kSip));
  call.created_ms = row.integer(kCreated);
  call.summary = row.text(kSummary);
  call.recording = row.text(kRecording);
  for (std::size_t i = 0; i < call.entered_ms.size(); ++i) {
    call.entered_ms[i] = row.integer(kEntered + static_cast<int>(i));
  }

  if (!row.is_null(kQuestion)) {
    auto question = and_then(parse_json(row.text(kQuestion), 1024), calls::question_from);
    if (!question) return damaged(call.call_id, "question");
    call.question = std::move(*question);
  }
  auto request = parse_json(row.text(kRequest), 1024);
  auto answers = parse_json(row.text(kAnswers), 1024);
  auto commitments = parse_json(row.text(kCommitments), 1024);
  auto metrics = parse_json(row.text(kMetrics), 1024);
  auto usage = parse_json(row.text(kUsage), 1024);
  if (!request || !answers || !commitments || !metrics || !usage) return damaged(call.call_id, "JSON");
  call.request = std::move(*request);
  call.metrics = std::move(*metrics);
  call.usage = std::move(*usage);
  for (const auto& json : *answers) {
    auto answer = calls::answer_from(json);
    if (!answer) return damaged(call.call_id, "answers");
    call.answers.push_back(std::move(*answer));
  }
  for (const auto& json : *commitments) {
    if (!json.is_string()) return damaged(call.call_id, "commitments");
    call.commitments.push_back(json);
  }
  return call;
}

}  // namespace call_agent::store
