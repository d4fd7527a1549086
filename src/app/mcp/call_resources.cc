#include "app/mcp/call_resources.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "app/mcp/call_results.h"
#include "core/base64.h"

namespace call_agent::app {
namespace {

constexpr std::string_view kScheme = "call://";
constexpr std::string_view kTranscript = "/transcript";
constexpr std::string_view kRecording = "/recording";
constexpr int kListed = 50;

/// The call's id, of a URI that ends in `part`.
std::optional<std::string> id_of(std::string_view uri, std::string_view part) {
  if (!uri.starts_with(kScheme) || !uri.ends_with(part)) return std::nullopt;
  uri.remove_prefix(kScheme.size());
  if (uri.size() <= part.size()) return std::nullopt;
  return std::string(uri.substr(0, uri.size() - part.size()));
}

std::unexpected<Error> not_found() {
  return fail(Errc::kNotFound, "there is no such resource: call://{call_id}/transcript and call://{call_id}/recording");
}

std::string markdown(const calls::Call& call) {
  std::string out = fmt::format("# Call {}\n\n{}: {}\n\n> {}\n\n", call.call_id, call.phone_number,
                                to_string(call.state), kUntrusted);
  for (const auto& turn : call.transcript) out += turn_line(turn) + "\n";
  if (call.state != calls::State::kEnded) return out;
  out += fmt::format("\n**Outcome:** {}\n", call.outcome ? to_string(*call.outcome) : "unknown");
  if (!call.summary.empty()) out += fmt::format("\n**Summary:** {}\n", call.summary);
  return out;
}

Result<std::string> bytes_of(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return fail(Errc::kNotFound, "the recording is not on this machine any more");
  if (size > CallResources::kMostRecording) {
    return fail(Errc::kInvalidArgument, fmt::format("the recording is too large to be sent; it lies at {}", path));
  }
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

std::string transcript_uri(std::string_view call_id) {
  return fmt::format("{}{}{}", kScheme, call_id, kTranscript);
}
std::optional<std::string> call_of_transcript(std::string_view uri) {
  return id_of(uri, kTranscript);
}
std::string recording_uri(std::string_view call_id) {
  return fmt::format("{}{}{}", kScheme, call_id, kRecording);
}

awaitable<Result<mcp::ResourcePage>> CallResources::list(std::string cursor, const mcp::RequestContext& context) {
  if (!cursor.empty()) co_return fail(Errc::kInvalidArgument, "unknown cursor: the list has one page");
  const auto store = desk_.services().store();
  if (!store) co_return pass(store);
  calls::CallStore::Query query;
  query.owner = owner_of(context.principal());
  query.limit = kListed;
  const auto calls = co_await (*store)->list(query);
  if (!calls) co_return pass(calls);
  mcp::ResourcePage page;
  for (const auto& call : *calls) {
    page.resources.push_back({.uri = transcript_uri(call.call_id),
                              .name = "transcript of " + call.call_id,
                              .title = "Transcript",
                              .description = fmt::format("A call to {}, {}", call.phone_number, to_string(call.state)),
                              .mime_type = std::string(kTranscriptType),
                              .size = {}});
    if (call.recording.empty()) continue;
    page.resources.push_back({.uri = recording_uri(call.call_id),
                              .name = "recording of " + call.call_id,
                              .title = "Recording",
                              .description = "Callee left, agent right",
                              .mime_type = std::string(kRecordingType),
                              .size = {}});
  }
  co_return page;
}

std::vector<mcp::ResourceTemplate> CallResources::templates() const {
  return {{.uri_template = transcript_uri("{call_id}"),
           .name = "transcript",
           .title = "Transcript of a call",
           .description = "What was said, as it is said; subscribe to be told of each turn.",
           .mime_type = std::string(kTranscriptType)},
          {.uri_template = recording_uri("{call_id}"),
           .name = "recording",
           .title = "Recording of a call",
           .description = "A stereo WAV, callee left, agent right, once the call has ended.",
           .mime_type = std::string(kRecordingType)}};
}

awaitable<Result<std::vector<mcp::ResourceContents>>> CallResources::read(std::string uri,
                                                                          const mcp::RequestContext& context) {
  Result<mcp::ResourceContents> contents = not_found();
  if (auto id = id_of(uri, kTranscript)) {
    contents = co_await transcript(std::move(*id), owner_of(context.principal()));
  } else if (auto recorded = id_of(uri, kRecording)) {
    contents = co_await recording(std::move(*recorded), owner_of(context.principal()));
  }
  if (!contents) co_return pass(contents);
  contents->uri = std::move(uri);
  co_return std::vector{*std::move(contents)};
}

awaitable<Result<calls::Call>> CallResources::find(std::string call_id, std::string owner) {
  auto call = co_await desk_.read(std::move(call_id), std::move(owner));
  if (!call && call.error().code == Errc::kNotFound) co_return not_found();
  co_return call;
}

awaitable<Result<mcp::ResourceContents>> CallResources::transcript(std::string call_id, std::string owner) {
  const auto call = co_await find(std::move(call_id), std::move(owner));
  if (!call) co_return pass(call);
  co_return mcp::ResourceContents{.uri = {}, .mime_type = std::string(kTranscriptType), .data = markdown(*call)};
}

awaitable<Result<mcp::ResourceContents>> CallResources::recording(std::string call_id, std::string owner) {
  const auto call = co_await find(std::move(call_id), std::move(owner));
  if (!call) co_return pass(call);
  if (call->recording.empty()) co_return fail(Errc::kNotFound, "this call has no recording (yet)");
  const auto bytes = bytes_of(call->recording);
  if (!bytes) co_return pass(bytes);
  co_return mcp::ResourceContents{
      .uri = {}, .mime_type = std::string(kRecordingType), .data = base64(*bytes), .binary = true};
}

}  // namespace call_agent::app
