#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/channel.h"
#include "mcp/outlet.h"
#include "mcp/server.h"

namespace call_agent::mcp {

/// Runs the calls a Server starts, whatever the transport: asks the catalog's handlers, puts their questions to the
/// client, and hands over the messages that come of it.
///
/// Lives on one executor; not thread-safe. Server and runner outlive every call.
class CallRunner {
 public:
  /// So often a handler may ask within one call, before 2026-07-28 where the client does not carry the rounds itself.
  static constexpr int kMaxRounds = 16;

  CallRunner(Server& server, const asio::any_io_executor& executor)
      : server_(server), executor_(executor), answered_(executor) {}

  /// Runs one call to its answer. Cancelled, it says nothing more. `outlet` outlives it.
  awaitable<void> run(Server::Call call, Outlet& outlet);

  /// To be called when a Step said that questions were answered.
  void wake() { answered_.notify(); }

 private:
  /// How far one round came: the members of the result with its type, a question, or an error.
  struct Members {
    std::string text;
    std::string_view type = "complete";
  };
  using Round = std::variant<Members, InputRequired, RpcError>;

  awaitable<void> rounds(Server::Call& call, Outlet& outlet);
  awaitable<Round> perform(Server::Call& call, const RequestContext& context);
  awaitable<Round> perform(CallTool& work, Revision revision, const RequestContext& context);
  awaitable<Round> perform(const GetPrompt& work, Revision revision, const RequestContext& context);
  awaitable<Round> perform(const ListResources& work, Revision revision, const RequestContext& context);
  awaitable<Round> perform(const ReadResource& work, Revision revision, const RequestContext& context);
  awaitable<Round> perform(const Complete& work, Revision revision, const RequestContext& context);
  awaitable<Round> perform(const GetTask& work, Revision revision, const RequestContext& context);
  awaitable<Round> perform(const UpdateTask& work, Revision revision, const RequestContext& context);
  awaitable<Round> perform(const CancelTask& work, Revision revision, const RequestContext& context);
  awaitable<void> listen(const Server::Call& call, ChangeFilter filter, Outlet& outlet);

  const Offer& offer() const { return server_.catalog().offer(); }

  Server& server_;
  asio::any_io_executor executor_;
  Notifier answered_;
};

}  // namespace call_agent::mcp
