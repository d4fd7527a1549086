#include "app/worker/reports.h"

#include <array>
#include <utility>

namespace call_agent::app {
namespace {

constexpr std::array<std::pair<MediaReport::Kind, std::string_view>, 4> kNames{{
    {MediaReport::Kind::kRegistered, "registered"},
    {MediaReport::Kind::kCallStarted, "call_started"},
    {MediaReport::Kind::kCallEnded, "call_ended"},
    {MediaReport::Kind::kSummary, "summary"},
}};

}  // namespace

std::string to_line(const MediaReport& report) {
  Json line = {{"call_id", report.call_id}, {"room", report.room}, {"text", report.text}};
  for (const auto& [kind, name] : kNames) {
    if (kind == report.kind) line["report"] = name;
  }
  return dump_json(line) + "\n";
}

Result<MediaReport> parse_report(std::string_view line) {
  auto json = parse_json(line);
  if (!json) return pass(json);
  if (!json->is_object()) return fail(Errc::kInvalidArgument, "a report is a JSON object");
  const auto text = [&](const char* name) {
    const auto it = json->find(name);
    return it != json->end() && it->is_string() ? it->get<std::string>() : std::string();
  };
  const std::string wanted = text("report");
  for (const auto& [kind, name] : kNames) {
    if (name == wanted) return MediaReport{kind, text("call_id"), text("room"), text("text")};
  }
  return fail(Errc::kInvalidArgument, "unknown report");
}

}  // namespace call_agent::app
