#include "app/call_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "app/terminal_text.h"

namespace call_agent::app {
namespace {

using calls::Call;
using calls::State;

std::int64_t entered(const Call& call, State state) {
  return call.entered_ms[static_cast<std::size_t>(state)];
}

std::string_view standing(const Call& call) {
  return call.outcome ? calls::to_string(*call.outcome) : calls::to_string(call.state);
}

std::string talk_time(const Call& call) {
  const auto answer = entered(call, State::kActive);
  const auto end = entered(call, State::kEnded);
  return answer != 0 && end >= answer ? duration(end - answer) : "-";
}

std::string text_of(const Json& data, const char* field) {
  return data.is_object() && data.contains(field) && data[field].is_string() ? printable(data[field].get<std::string>())
                                                                             : std::string();
}

std::string json_text(const Json& value) {
  return printable(value.is_string() ? value.get<std::string>() : dump_json(value));
}

std::string turn_text(const calls::Turn& turn) {
  return fmt::format("{}: {}{}", calls::to_string(turn.role), printable(turn.text),
                     turn.interrupted ? " (interrupted)" : "");
}

}  // namespace

std::string latency_text(const calls::Turn& turn) {
  std::string text;
  for (const char* name : {"end_of_speech_delay", "stt", "llm_first_token", "tts_first_audio", "total"}) {
    if (!turn.metrics.contains(name) || !turn.metrics[name].is_number()) continue;
    fmt::format_to(std::back_inserter(text), "{}{} {:.0f}", text.empty() ? "  [ms: " : ", ", name,
                   turn.metrics[name].get<double>());
  }
  return text.empty() ? text : text + "]";
}

std::string calls_table(const std::vector<Call>& calls) {
  if (calls.empty()) return "No calls.\n";
  std::string table = fmt::format("{:<19}  {:<16}  {:<20}  {:>6}  {:<37}  {}\n", "PLACED", "NUMBER", "OUTCOME OR STATE",
                                  "TALK", "CALL ID", "OBJECTIVE");
  for (const auto& call : calls) {
    fmt::format_to(std::back_inserter(table), "{:<19}  {:<16}  {:<20}  {:>6}  {:<37}  {}\n",
                   local_time(call.created_ms), call.phone_number, standing(call), talk_time(call), call.call_id,
                   printable(call.objective, 48));
  }
  return table;
}

std::string transcript_text(const Call& call) {
  std::string text;
  for (const auto& turn : call.transcript) {
    fmt::format_to(std::back_inserter(text), "[{}] {}\n", duration(turn.start_ms), turn_text(turn));
  }
  return text;
}

std::string ending_text(const Call& call) {
  std::string text = call.outcome ? fmt::format("outcome: {}", calls::to_string(*call.outcome))
                                  : fmt::format("state: {}", calls::to_string(call.state));
  if (!call.outcome_detail.empty()) text += " (" + printable(call.outcome_detail) + ")";
  text += "\n";
  if (!call.summary.empty()) text += "summary: " + printable(call.summary) + "\n";
  for (const auto& answer : call.answers) {
    fmt::format_to(std::back_inserter(text), "answer: {} = {}", printable(answer.field), json_text(answer.value));
    if (!answer.quote.empty()) fmt::format_to(std::back_inserter(text), " (\"{}\")", printable(answer.quote));
    text += "\n";
  }
  for (const auto& commitment : call.commitments) text += "agreed: " + printable(commitment) + "\n";
  if (!call.recording.empty()) text += "recording: " + printable(call.recording) + "\n";
  return text;
}

std::string call_text(const Call& call) {
  std::string text =
      fmt::format("call: {}\nnumber: {}\nobjective: {}\n", call.call_id, call.phone_number, printable(call.objective));
  text += ending_text(call);
  for (std::size_t i = 0; i < call.entered_ms.size(); ++i) {
    if (call.entered_ms[i] == 0) continue;
    fmt::format_to(std::back_inserter(text), "  {:<12} {} {:+.3f} s\n", calls::to_string(static_cast<State>(i)),
                   local_time(call.entered_ms[i]), static_cast<double>(call.entered_ms[i] - call.created_ms) / 1000);
  }
  if (!call.transcript.empty()) text += "transcript:\n" + transcript_text(call);
  return text;
}

std::string event_text(const calls::Event& event) {
  std::string what;
  if (event.kind == "state") {
    what = text_of(event.data, "state");
    if (const auto outcome = text_of(event.data, "outcome"); !outcome.empty()) what += ": " + outcome;
    if (const auto detail = text_of(event.data, "detail"); !detail.empty()) what += " (" + detail + ")";
  } else if (event.kind == "turn") {
    const auto turn = calls::turn_from(event.data);
    what = turn ? "  " + turn_text(*turn) + latency_text(*turn) : json_text(event.data);
  } else if (event.kind == "report") {
    what = "summary: " + text_of(event.data, "summary");
  } else {
    what = fmt::format("{}: {}", printable(event.kind), json_text(event.data));
  }
  return fmt::format("{}  {}\n", local_clock(event.at_ms), what);
}

}  // namespace call_agent::app
