#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "mcp/catalog.h"
#include "mcp/jsonrpc.h"
#include "mcp/request_state.h"
#include "mcp/revision.h"
#include "mcp/work.h"

namespace call_agent::mcp {

/// One client, as a pure state machine: messages in, messages out, and calls for somebody else to run.
/// Speaks 2025-03-26, 2025-06-18 and 2025-11-25 (after `initialize`) and 2026-07-28 (each request for itself).
///
/// Does no I/O and reads no clock. Not thread-safe.
class Server {
 public:
  using CallNumber = std::uint64_t;

  struct Call {
    CallNumber number;
    Revision revision;
    Work work;
    RequestContext::Facts facts;  ///< Its report and log are for who runs the call to set.
    bool wants_progress = false;
    std::string id;  ///< The request's, as JSON text.
  };
  /// What to do after a message came in.
  struct Step {
    std::string out;                   ///< Messages to send, each with its newline; may be empty.
    std::vector<Call> start;           ///< Calls to run; finish() each.
    std::vector<CallNumber> cancel;    ///< Calls to stop; nothing is sent for them any more.
    std::vector<CallNumber> answered;  ///< Calls whose questions have all been answered: see ask().
    bool subscriptions_changed = false;
    int http_status = 200;      ///< What Streamable HTTP says above `out`.
    std::string lacking_scope;  ///< What the principal's token must grant for a request that was refused.
  };

  /// Calls a client may have in progress at once; more are refused.
  static constexpr std::size_t kMaxCalls = 64;

  /// `catalog` and `sealer` outlive the server.
  Server(const Catalog& catalog, StateSealer& sealer, Principal principal)
      : catalog_(catalog), sealer_(sealer), principal_(std::move(principal)) {}

  /// For the requests to come: the same id, perhaps with a newer token's scopes.
  void act_for(Principal principal) { principal_ = std::move(principal); }
  const Principal& principal() const { return principal_; }
  const Catalog& catalog() const { return catalog_; }
  /// The revision agreed on by `initialize`, if there was one.
  std::optional<Revision> negotiated() const { return negotiated_; }

  Step receive(std::string_view message, std::int64_t now_ms) { return receive(decode(message), now_ms); }
  Step receive(Incoming incoming, std::int64_t now_ms);

  /// The messages that answer a call; empty if it was cancelled meanwhile. `members` are the result's, as JSON text.
  std::string finish(CallNumber number, std::string_view members, std::string_view type = "complete");
  std::string finish(CallNumber number, const ToolResult& result);
  std::string fail(CallNumber number, const RpcError& error);
  /// In 2026-07-28: the answer that asks the client. What it does not offer is refused.
  std::string require_input(CallNumber number, const InputRequired& required, std::int64_t now_ms);
  /// Before: requests to the client, which answers each by itself. Empty if the call was cancelled meanwhile, or has
  /// been failed for asking what the client does not offer: then `error` says so.
  std::string ask(CallNumber number, const InputRequired& required, std::optional<RpcError>& error);
  bool awaits_answers(CallNumber number) const;
  /// What the client answered. A form it could not show counts as cancelled.
  InputResponses take_answers(CallNumber number);

  /// A progress notification; empty if the client wants none, or no more.
  std::string progress(CallNumber number, double progress, std::optional<double> total, std::string_view message);
  /// A log message; empty if the client does not want this level.
  std::string log(CallNumber number, LogLevel level, std::string_view logger, const Json& data);

  /// Nothing is sent for this call any more: its client has left.
  void abandon(CallNumber number);
  bool in_progress(CallNumber number) const { return pending_.contains(number); }
  std::size_t calls() const { return pending_.size(); }
  /// What Streamable HTTP says above the answer that came last.
  int http_status() const { return http_status_; }
  /// What the client asked to be told, before 2026-07-28.
  const ChangeFilter& subscriptions() const { return subscriptions_; }

 private:
  struct Batch {
    std::size_t left = 0;  ///< Answers still to come.
    std::string answers;
  };
  struct Pending {
    RpcId id;
    Revision revision;
    std::uint64_t batch = 0;     ///< 0: answered by itself.
    std::string progress_token;  ///< JSON text; empty if none.
    double last_progress = -1;
    std::optional<LogLevel> log_level;  ///< In 2026-07-28.
    ClientCapabilities client;
    std::string method;
    std::string bound_request;  ///< What a sealed state belongs to.
    std::size_t questions = 0;  ///< Asked, and not answered yet.
    InputResponses answers;
  };
  struct Question {
    CallNumber call;
    std::string name;
    bool form;
  };
  /// A request being looked at.
  struct Incident {
    Request request;
    Revision revision{};
    ClientCapabilities client;
    std::optional<LogLevel> log_level;
    RequestContext::Facts facts;
  };

  void handle(Message message, std::uint64_t batch, std::int64_t now_ms, Step& step);
  void request(Request request, std::uint64_t batch, std::int64_t now_ms, Step& step);
  void notification(const Notification& notification, Step& step);
  void response(Response response, Step& step);
  std::optional<RpcError> read_meta(Incident& in) const;
  std::optional<RpcError> read_round(Incident& in, std::string& bound, std::int64_t now_ms);
  Reading read(Incident& in, Step& step);
  Reading initialize(const Request& request, Step& step);
  Reading subscribe(const Request& request, bool on, Step& step);
  Reading set_log_level(const Request& request);
  void start(Incident in, Work work, std::string bound, std::uint64_t batch, Step& step);
  void answer(const std::string& line, std::uint64_t batch, std::string& out);
  /// One expected answer of a batch has come, or will never come.
  void settle(std::uint64_t batch, std::string& out);
  std::string complete(CallNumber number, const std::string& line);
  void forget_questions(CallNumber number);

  const Catalog& catalog_;
  StateSealer& sealer_;
  Principal principal_;
  std::optional<Revision> negotiated_;
  ClientCapabilities client_;
  std::optional<LogLevel> log_level_;
  ChangeFilter subscriptions_;
  CallNumber last_call_ = 0;
  std::uint64_t last_batch_ = 0;
  std::uint64_t last_question_ = 0;
  int http_status_ = 200;
  std::map<CallNumber, Pending> pending_;
  std::unordered_map<RpcId, CallNumber> by_id_;
  std::map<std::uint64_t, Batch> batches_;
  std::map<RpcId, Question> questions_;
};

}  // namespace call_agent::mcp
