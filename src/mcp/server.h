#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mcp/jsonrpc.h"
#include "mcp/revision.h"
#include "mcp/tool.h"

namespace call_agent::mcp {

/// What one server offers to every connection. Immutable, and outlives them. Lists are serialised once.
class Catalog {
 public:
  /// Tools are listed in the order given.
  Catalog(ServerInfo info, std::vector<Tool> tools);

  const ServerInfo& info() const { return info_; }
  const Tool* find(std::string_view name) const;
  /// The result of tools/list as JSON text; made on first use.
  const std::string& tools_list(Revision revision) const;
  std::string names() const;

 private:
  ServerInfo info_;
  std::vector<Tool> tools_;
  mutable std::array<std::string, 4> lists_;
};

/// One connection to a client, as a pure state machine: lines in, lines out, and calls for somebody else to run.
/// Speaks 2025-03-26, 2025-06-18 and 2025-11-25 (after `initialize`) and 2026-07-28 (each request for itself).
///
/// Does no I/O and reads no clock. Not thread-safe.
class Server {
 public:
  using CallNumber = std::uint64_t;

  struct Call {
    CallNumber number;
    const Tool* tool;
    Json arguments;  ///< Fits the tool's input schema.
    bool wants_progress;
  };
  /// What to do after a line came in.
  struct Step {
    std::string out;                 ///< Lines to send, each with its newline; may be empty.
    std::vector<Call> start;         ///< Calls to run; finish() each.
    std::vector<CallNumber> cancel;  ///< Calls to stop; nothing is sent for them any more.
  };

  /// Calls a client may have in progress at once; more are refused.
  static constexpr std::size_t kMaxCalls = 64;

  /// `catalog` outlives the server.
  explicit Server(const Catalog& catalog) : catalog_(catalog) {}

  Step receive(std::string_view line);

  /// The lines that answer a call; empty if it was cancelled meanwhile.
  std::string finish(CallNumber number, const ToolResult& result);
  /// For a handler that failed by a defect.
  std::string fail_call(CallNumber number, std::string_view what);
  /// A progress notification; empty if the client wants none, or no more.
  std::string progress(CallNumber number, double progress, std::optional<double> total, std::string_view message);

  bool in_progress(CallNumber number) const { return pending_.contains(number); }

 private:
  struct Batch {
    std::size_t left = 0;  ///< Answers still to come.
    std::string answers;
  };
  struct Pending {
    RpcId id;
    Revision revision;
    std::string progress_token;  ///< JSON text; empty if none.
    double last_progress = -1;
    std::uint64_t batch = 0;  ///< 0: answered by itself.
  };

  void handle(Message message, std::uint64_t batch, Step& step);
  void request(Request request, std::uint64_t batch, Step& step);
  void notification(const Notification& notification, Step& step);
  std::optional<RpcError> revision_of(const Request& request, Revision& revision) const;
  void initialize(const Request& request, std::uint64_t batch, Step& step);
  void call_tool(Request request, Revision revision, std::uint64_t batch, Step& step);
  void answer(std::string line, std::uint64_t batch, std::string& out);
  /// One expected answer of a batch has come, or will never come.
  void settle(std::uint64_t batch, std::string& out);
  std::string complete(CallNumber number, const std::string& line);

  const Catalog& catalog_;
  std::optional<Revision> negotiated_;
  CallNumber last_call_ = 0;
  std::uint64_t last_batch_ = 0;
  std::map<CallNumber, Pending> pending_;
  std::unordered_map<RpcId, CallNumber> by_id_;
  std::map<std::uint64_t, Batch> batches_;
};

}  // namespace call_agent::mcp
