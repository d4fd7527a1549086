#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/mcp/call_desk.h"
#include "mcp/resource.h"

namespace call_agent::app {

inline constexpr std::string_view kTranscriptType = "text/markdown";
inline constexpr std::string_view kRecordingType = "audio/wav";
std::string transcript_uri(std::string_view call_id);
/// The call's id; empty for any other URI.
std::optional<std::string> call_of_transcript(std::string_view uri);
std::string recording_uri(std::string_view call_id);

/// What an MCP client can read of a call beside its result: call://{id}/transcript, which grows while the call goes on,
/// and call://{id}/recording once there is one.
///
/// Lives on one executor; not thread-safe.
class CallResources final : public mcp::ResourceProvider {
 public:
  /// A larger recording is not sent; its path is in the call's result.
  static constexpr std::uintmax_t kMostRecording = 32 * 1024 * 1024;

  /// `desk` outlives it.
  explicit CallResources(CallDesk& desk) : desk_(desk) {}

  awaitable<Result<mcp::ResourcePage>> list(std::string cursor, const mcp::RequestContext& context) override;
  std::vector<mcp::ResourceTemplate> templates() const override;
  awaitable<Result<std::vector<mcp::ResourceContents>>> read(std::string uri,
                                                             const mcp::RequestContext& context) override;

 private:
  awaitable<Result<mcp::ResourceContents>> transcript(std::string call_id, std::string owner);
  awaitable<Result<mcp::ResourceContents>> recording(std::string call_id, std::string owner);

  awaitable<Result<calls::Call>> find(std::string call_id, std::string owner);

  CallDesk& desk_;
};

}  // namespace call_agent::app
