#include "app/mcp/call_resources.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "app/mcp/call_results.h"
#include "core/base64.h"

namespace call_agent::app {
namespace {

constexpr std::string_view kScheme = "call://";
constexpr milliseconds kLook{500};

Result<std::string> read_file(const std::filesystem::path& path) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  if (failed) return fail(Errc::kNotFound, "the recording is no longer where it was");
  if (size > CallResources::kMostRecordingBytes) {
    return fail(Errc::kInvalidArgument, fmt::format("the recording has {} MiB, too many to send: it is at {}",
                                                    size / (1024 * 1024), path.string()));
  }
  std::ifstream in(path, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(in), {});
  if (!in) return fail(Errc::kNotFound, "the recording cannot be read");
  return bytes;
}

std::unexpected<Error> no_resource() {
  return fail(Errc::kNotFound, "there is no such call, or it has nothing of the kind");
}

}  // namespace

std::optional<CallUri> parse_call_uri(std::string_view uri) {
  if (!uri.starts_with(kScheme)) return std::nullopt;
  uri.remove_prefix(kScheme.size());
  const auto slash = uri.find('/');
  if (slash == std::string_view::npos || slash == 0) return std::nullopt;
  const auto part = uri.substr(slash + 1);
  if (part != "transcript" && part != "recording") return std::nullopt;
  return CallUri{.call_id = std::string(uri.substr(0, slash)),
                 .part = part == "transcript" ? CallUri::Part::kTranscript : CallUri::Part::kRecording};
}

std::string transcript_markdown(const calls::Call& call) {
  std::string text =
      fmt::format("# Call to {}\n\n- call: {}\n- state: {}\n", call.phone_number, call.call_id, to_string(call.state));
  if (call.outcome) text += fmt::format("- outcome: {}\n", to_string(*call.outcome));
  if (!call.objective.empty()) text += fmt::format("- objective: {}\n", dump_json(call.objective));
  text += fmt::format("\n{}\n\n## Transcript\n\n", kUntrusted);
  for (const auto& turn : call.transcript) text += "- " + turn_line(turn) + "\n";
  if (!call.summary.empty()) text += fmt::format("\n## Summary\n\n{}\n", dump_json(call.summary));
  if (!call.answers.empty()) text += "\n## Answers\n\n";
  for (const auto& answer : call.answers) {
    text += fmt::format("- {}: {} (quote: {})\n", answer.field, dump_json(answer.value), dump_json(answer.quote));
  }
  return text;
}

std::vector<mcp::ResourceTemplate> CallResources::templates() const {
  return {{.uri_template = "call://{id}/transcript",
           .name = "transcript",
           .title = "Transcript of a call",
           .description = "What has been said so far, and what came of it; it can be watched while the call goes on",
           .mime_type = "text/markdown"},
          {.uri_template = "call://{id}/recording",
           .name = "recording",
           .title = "Recording of a call",
           .description = "Stereo WAV, callee left, agent right; after the call",
           .mime_type = "audio/wav"}};
}

awaitable<Result<mcp::ResourcePage>> CallResources::list(std::string cursor, const mcp::RequestContext& context) {
  if (!cursor.empty()) co_return fail(Errc::kInvalidArgument, "there is only one page");
  const auto store = desk_.services().store();
  if (!store) co_return pass(store);
  calls::CallStore::Query query{.owner = owner_of(context.principal())};
  const auto latest = co_await (*store)->list(std::move(query));
  if (!latest) co_return pass(latest);
  mcp::ResourcePage page;
  for (const auto& call : *latest) {
    if (call.state < calls::State::kActive || call.entered_ms[static_cast<std::size_t>(calls::State::kActive)] == 0) {
      continue;
    }
    page.resources.push_back({.uri = transcript_uri(call.call_id),
                              .name = "transcript " + call.call_id,
                              .title = "Transcript of the call to " + call.phone_number,
                              .description = call.objective,
                              .mime_type = "text/markdown"});
    if (call.recording.empty()) continue;
    page.resources.push_back({.uri = recording_uri(call.call_id),
                              .name = "recording " + call.call_id,
                              .title = "Recording of the call to " + call.phone_number,
                              .description = call.objective,
                              .mime_type = "audio/wav"});
  }
  co_return page;
}

awaitable<Result<std::vector<mcp::ResourceContents>>> CallResources::read(std::string uri,
                                                                          const mcp::RequestContext& context) {
  const auto parsed = parse_call_uri(uri);
  if (!parsed) co_return no_resource();
  const auto call = co_await desk_.read(parsed->call_id, owner_of(context.principal()));
  if (!call && call.error().code != Errc::kNotFound) co_return pass(call);
  if (!call) co_return no_resource();
  std::vector<mcp::ResourceContents> contents;
  if (parsed->part == CallUri::Part::kTranscript) {
    contents.push_back({.uri = std::move(uri), .mime_type = "text/markdown", .data = transcript_markdown(*call)});
    co_return contents;
  }
  if (call->recording.empty()) co_return no_resource();
  auto audio = co_await read_recording(call->recording);
  if (!audio) co_return pass(audio);
  contents.push_back({.uri = std::move(uri), .mime_type = "audio/wav", .data = std::move(*audio), .binary = true});
  co_return contents;
}

awaitable<Result<std::string>> CallResources::read_recording(std::string path) {
  auto work = [path = std::move(path)]() -> Result<std::string> {
    const auto bytes = read_file(path);
    if (!bytes) return pass(bytes);
    return base64(*bytes);
  };
  co_return co_await disk_.run(std::move(work));
}

awaitable<void> CallResources::tell_changes(mcp::ChangeHub& hub) {
  while (true) {
    co_await sleep_for(kLook);
    if (hub.listeners() == 0) continue;
    const auto watched = hub.watched();
    std::erase_if(told_, [&](const auto& entry) { return !watched.contains(entry.first); });
    for (const auto& uri : watched) co_await look_at(hub, uri);
  }
}

awaitable<void> CallResources::look_at(mcp::ChangeHub& hub, std::string uri) {
  const auto parsed = parse_call_uri(uri);
  const auto store = desk_.services().store();
  if (!parsed || !store) co_return;
  const bool first = !told_.contains(uri);
  const auto events = co_await (*store)->events(parsed->call_id, first ? 0 : told_[uri]);
  if (!events || events->empty()) co_return;
  told_[uri] = events->back().seq;
  // What was there before somebody began to watch is no change.
  if (first) co_return;
  const auto call = co_await (*store)->get(parsed->call_id);
  if (call) hub.resource_changed(uri, call->owner.empty() ? mcp::local_user().id : call->owner);
}

}  // namespace call_agent::app
