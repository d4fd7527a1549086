#pragma once

#include <map>
#include <string>

#include "app/mcp/call_desk.h"
#include "core/lane.h"
#include "mcp/change_hub.h"
#include "mcp/resource.h"

namespace call_agent::app {

/// call://{id}/transcript (Markdown, also while the call goes on) and call://{id}/recording (WAV).
///
/// Lives on one executor.
class CallResources final : public mcp::ResourceProvider {
 public:
  static constexpr std::size_t kMostRecordingBytes = 32 * 1024 * 1024;

  /// `desk` outlives it.
  explicit CallResources(CallDesk& desk) : desk_(desk) {}

  /// The latest calls with something to read.
  awaitable<Result<mcp::ResourcePage>> list(std::string cursor, const mcp::RequestContext& context) override;
  std::vector<mcp::ResourceTemplate> templates() const override;
  /// Errors: kNotFound; kInvalidArgument for a recording above kMostRecordingBytes, with its path.
  awaitable<Result<std::vector<mcp::ResourceContents>>> read(std::string uri,
                                                             const mcp::RequestContext& context) override;

  /// Tells `hub` when a transcript somebody watches has grown, and where tasks stand. Looks at the log only while
  /// somebody listens. Never returns by itself.
  awaitable<void> tell_changes(mcp::ChangeHub& hub);

 private:
  awaitable<Result<std::string>> read_recording(std::string path);
  awaitable<void> look_at(mcp::ChangeHub& hub, std::string uri);

  CallDesk& desk_;
  Lane disk_{1, 16};
  std::map<std::string, std::int64_t> told_;  ///< By watched URI: the last event told of.
};

/// The call a URI of ours is about, and which of its resources.
struct CallUri {
  enum class Part { kTranscript, kRecording };
  std::string call_id;
  Part part = Part::kTranscript;
};
/// Empty for any other URI. Pure.
std::optional<CallUri> parse_call_uri(std::string_view uri);

/// The record as Markdown; what people said is quoted and marked as data. Pure.
std::string transcript_markdown(const calls::Call& call);

}  // namespace call_agent::app
