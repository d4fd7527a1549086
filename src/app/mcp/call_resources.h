#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/mcp/call_desk.h"
#include "core/channel.h"
#include "mcp/change_hub.h"
#include "mcp/resource.h"

namespace call_agent::app {

inline constexpr std::string_view kTranscriptType = "text/markdown";
inline constexpr std::string_view kRecordingType = "audio/wav";
std::string transcript_uri(std::string_view call_id);
std::string recording_uri(std::string_view call_id);

/// What an MCP client can read of a call beside its result: call://{id}/transcript, which grows while the call goes on,
/// and call://{id}/recording once there is one.
///
/// Lives on one executor; not thread-safe.
class CallResources final : public mcp::ResourceProvider {
 public:
  /// A larger recording is not sent; its path is in the call's result.
  static constexpr std::uintmax_t kMostRecording = 32 * 1024 * 1024;

  /// Both outlive it. How often a watched call's record is read: `poll`.
  CallResources(CallDesk& desk, mcp::ChangeHub& hub, const asio::any_io_executor& executor, milliseconds poll);

  awaitable<Result<mcp::ResourcePage>> list(std::string cursor, const mcp::RequestContext& context) override;
  std::vector<mcp::ResourceTemplate> templates() const override;
  awaitable<Result<std::vector<mcp::ResourceContents>>> read(std::string uri,
                                                             const mcp::RequestContext& context) override;

  /// Tells the hub what changes, while somebody watches. To be run by a task group; ends when cancelled.
  awaitable<void> watch();

 private:
  awaitable<Result<mcp::ResourceContents>> transcript(std::string call_id, std::string owner);
  awaitable<Result<mcp::ResourceContents>> recording(std::string call_id, std::string owner);

  awaitable<Result<calls::Call>> find(std::string call_id, std::string owner);
  awaitable<void> look_at(std::string uri);

  CallDesk& desk_;
  mcp::ChangeHub& hub_;
  const milliseconds poll_;
  Notifier watched_;
  std::map<std::string, std::int64_t> told_;  // By watched URI, the event of its call told last.
};

}  // namespace call_agent::app
