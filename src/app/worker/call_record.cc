#include "app/worker/call_record.h"

#include <fmt/format.h>

#include <utility>

#include "app/terminal_text.h"
#include "app/worker/insist.h"
#include "core/json.h"
#include "core/log.h"

namespace call_agent::app {
namespace {

constexpr milliseconds kPatience{20'000};

}  // namespace

awaitable<void> store_record(calls::CallStore& store, const calls::JobMetadata& job, const CallEnding& ending,
                             const agent::SessionResult& result, const agent::Report& told,
                             const std::string& recording) {
  calls::CallStore::Report report{
      .summary = told.summary, .commitments = told.commitments, .metrics = result.metrics, .recording = recording};
  for (const auto& answer : told.answers) {
    const bool known = answer.turn >= 0 && static_cast<std::size_t>(answer.turn) < result.transcript.size();
    const auto offset = known ? result.transcript[static_cast<std::size_t>(answer.turn)].start.count() : 0;
    report.answers.push_back({answer.field, answer.value, answer.quote, answer.turn, offset});
  }
  const auto patience = Deadline::after(kPatience);
  const auto written = co_await insist([&] { return store.set_report(job.call_id, report); }, patience);
  if (!written) log::error("call {}: the log refused the report: {}", job.call_id, written.error().what);
  const auto ended =
      co_await insist([&] { return store.end(job.call_id, ending.outcome, ending.detail, std::nullopt); }, patience);
  if (!ended && ended.error().code != Errc::kConflict) {
    log::error("call {}: the log refused the ending: {}", job.call_id, ended.error().what);
  }
}

std::string summary_text(const calls::JobMetadata& job, const CallEnding& ending, const agent::SessionResult& result,
                         const agent::Report& report, const std::string& recording) {
  std::string text = fmt::format("\n=== {} to {}: {} ({})\n", job.call_id, job.phone_number,
                                 calls::to_string(ending.outcome), printable(ending.detail));
  for (const auto& turn : result.transcript) {
    text += fmt::format("  {:>6.1f}s  {:<7}{}{}\n", static_cast<double>(turn.start.count()) / 1000.0,
                        turn.role == agent::Role::kAgent ? "agent" : "callee", printable(turn.text),
                        turn.interrupted ? " —" : "");
  }
  if (!report.summary.empty()) text += fmt::format("  summary: {}\n", printable(report.summary));
  for (const auto& answer : report.answers) {
    text += fmt::format("  {}: {} (“{}”)\n", printable(answer.field), dump_json(answer.value), printable(answer.quote));
  }
  for (const auto& promise : report.commitments) text += fmt::format("  agreed: {}\n", printable(promise));
  if (!recording.empty()) text += fmt::format("  recording: {}\n", recording);
  return text;
}

}  // namespace call_agent::app
