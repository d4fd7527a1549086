#include "mcp/call_runner.h"

#include <fmt/format.h>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <utility>

#include "core/clock.h"
#include "core/log.h"
#include "mcp/results.h"

namespace call_agent::mcp {
namespace {

// What a provider refuses: nothing of the client's is to be mended in the server.
RpcError refused(const Error& error, Revision revision, std::string_view uri = {}) {
  if (error.code == Errc::kNotFound) {
    // Up to 2025-11-25 with a code of its own.
    RpcError out{.code = is_stateless(revision) || uri.empty() ? kInvalidParams : kResourceNotFound,
                 .message = error.what};
    if (!uri.empty()) out.data = {{"uri", uri}};
    return out;
  }
  if (error.code == Errc::kInvalidArgument) return {.code = kInvalidParams, .message = error.what};
  return {.code = kInternalError, .message = error.what};
}

Json filter_json(const ChangeFilter& filter) {
  Json out = Json::object();
  if (filter.tools) out["toolsListChanged"] = true;
  if (filter.prompts) out["promptsListChanged"] = true;
  if (filter.resources) out["resourcesListChanged"] = true;
  if (!filter.uris.empty()) out["resourceSubscriptions"] = filter.uris;
  if (!filter.tasks.empty()) out["taskIds"] = filter.tasks;
  return out;
}

std::string acknowledgement(const ChangeFilter& filter, std::string_view subscription) {
  const auto params = fmt::format(R"({{"_meta":{{"{}":{}}},"notifications":{}}})", kMetaSubscription, subscription,
                                  dump_json(filter_json(filter)));
  return encode_notification("notifications/subscriptions/acknowledged", params) + "\n";
}

}  // namespace

awaitable<void> CallRunner::run(Server::Call call, Outlet& outlet) {
  const auto number = call.number;
  if (call.wants_progress) {
    call.facts.report = [this, number, &outlet](double progress, std::optional<double> total,
                                                std::string_view message) {
      if (!outlet.congested()) outlet.send(server_.progress(number, progress, total, message));
    };
  }
  if (offer().logs) {
    call.facts.log = [this, number, &outlet](LogLevel level, std::string_view logger, const Json& data) {
      if (!outlet.congested()) outlet.send(server_.log(number, level, logger, data));
    };
  }
  try {
    if (auto* wanted = std::get_if<Listen>(&call.work)) {
      co_await listen(call, std::move(wanted->filter), outlet);
    } else {
      co_await rounds(call, outlet);
    }
    co_return;
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) throw;  // Cancelled: the group knows.
    log::error("a request failed: {}", error.what());
  } catch (const std::exception& error) {
    log::error("a request failed: {}", error.what());
  }
  outlet.send(server_.fail(number, {.code = kInternalError, .message = "internal error"}));
}

awaitable<void> CallRunner::rounds(Server::Call& call, Outlet& outlet) {
  for (int round = 0; round < kMaxRounds; ++round) {
    const RequestContext context(call.facts);
    auto outcome = co_await perform(call, context);
    if (const auto* done = std::get_if<Members>(&outcome)) {
      co_return outlet.send(server_.finish(call.number, done->text, done->type));
    }
    if (const auto* error = std::get_if<RpcError>(&outcome)) co_return outlet.send(server_.fail(call.number, *error));
    auto& required = std::get<InputRequired>(outcome);
    if (is_stateless(call.revision)) co_return outlet.send(server_.require_input(call.number, required, unix_ms()));
    std::optional<RpcError> lacking;
    outlet.send(server_.ask(call.number, required, lacking));
    if (lacking) co_return;
    while (server_.awaits_answers(call.number)) co_await answered_.wait();
    call.facts.input = server_.take_answers(call.number);
    call.facts.state = std::move(required.state);
  }
  log::error("a handler asked {} times within one call", kMaxRounds);
  outlet.send(server_.fail(call.number, {.code = kInternalError, .message = "internal error"}));
}

awaitable<CallRunner::Round> CallRunner::perform(Server::Call& call, const RequestContext& context) {
  const auto revision = call.revision;
  if (auto* work = std::get_if<CallTool>(&call.work)) co_return co_await perform(*work, revision, context);
  if (const auto* work = std::get_if<GetPrompt>(&call.work)) co_return co_await perform(*work, revision, context);
  if (const auto* work = std::get_if<ListResources>(&call.work)) co_return co_await perform(*work, revision, context);
  if (const auto* work = std::get_if<ReadResource>(&call.work)) co_return co_await perform(*work, revision, context);
  if (const auto* work = std::get_if<Complete>(&call.work)) co_return co_await perform(*work, revision, context);
  if (const auto* work = std::get_if<GetTask>(&call.work)) co_return co_await perform(*work, revision, context);
  if (const auto* work = std::get_if<UpdateTask>(&call.work)) co_return co_await perform(*work, revision, context);
  co_return co_await perform(std::get<CancelTask>(call.work), revision, context);
}

awaitable<CallRunner::Round> CallRunner::perform(CallTool& work, Revision revision, const RequestContext& context) {
  // A further round within the call needs them again: only before 2026-07-28, and only if something can be asked.
  const auto& client = context.client();
  const bool again =
      !is_stateless(revision) && (client.elicitation_form || client.elicitation_url || client.sampling || client.roots);
  auto outcome = co_await work.tool->handler(again ? work.arguments : std::move(work.arguments), context);
  if (auto* result = std::get_if<ToolResult>(&outcome)) co_return Members{tool_members(*result, revision)};
  if (auto* required = std::get_if<InputRequired>(&outcome)) co_return std::move(*required);
  if (auto* error = std::get_if<RpcError>(&outcome)) co_return std::move(*error);
  if (client.tasks) co_return Members{task_head_members(std::get<Task>(outcome)), "task"};
  log::error("{} answered with a task to a client without tasks", work.tool->name);
  co_return RpcError{.code = kInternalError, .message = "internal error"};
}

awaitable<CallRunner::Round> CallRunner::perform(const GetPrompt& work, Revision, const RequestContext& context) {
  auto outcome = co_await work.prompt->handler(work.arguments, context);
  if (auto* result = std::get_if<PromptResult>(&outcome)) co_return Members{prompt_members(*result)};
  if (auto* required = std::get_if<InputRequired>(&outcome)) co_return std::move(*required);
  co_return std::get<RpcError>(std::move(outcome));
}

awaitable<CallRunner::Round> CallRunner::perform(const ListResources& work, Revision revision,
                                                 const RequestContext& context) {
  const auto page = co_await offer().resources->list(work.cursor, context);
  if (!page) co_return refused(page.error(), revision);
  co_return Members{resources_members(*page, revision)};
}

awaitable<CallRunner::Round> CallRunner::perform(const ReadResource& work, Revision revision,
                                                 const RequestContext& context) {
  const auto contents = co_await offer().resources->read(work.uri, context);
  if (!contents) co_return refused(contents.error(), revision, work.uri);
  co_return Members{contents_members(*contents, revision)};
}

awaitable<CallRunner::Round> CallRunner::perform(const Complete& work, Revision, const RequestContext& context) {
  const auto completion = co_await offer().complete(work.request, context);
  co_return Members{completion_members(completion)};
}

awaitable<CallRunner::Round> CallRunner::perform(const GetTask& work, Revision revision,
                                                 const RequestContext& context) {
  const auto detail = co_await offer().tasks->get(work.id, context.principal());
  if (!detail) co_return refused(detail.error(), revision);
  co_return Members{task_members(*detail)};
}

awaitable<CallRunner::Round> CallRunner::perform(const UpdateTask& work, Revision revision,
                                                 const RequestContext& context) {
  const auto done = co_await offer().tasks->update(work.id, work.responses, context.principal());
  if (!done) co_return refused(done.error(), revision);
  co_return Members{};
}

awaitable<CallRunner::Round> CallRunner::perform(const CancelTask& work, Revision revision,
                                                 const RequestContext& context) {
  const auto done = co_await offer().tasks->cancel(work.id, context.principal());
  if (!done) co_return refused(done.error(), revision);
  co_return Members{};
}

// Ends when the client cancels it or leaves.
awaitable<void> CallRunner::listen(const Server::Call& call, ChangeFilter filter, Outlet& outlet) {
  outlet.send(acknowledgement(filter, call.id));
  ChangeHub::Listener listener(*offer().changes, executor_, call.facts.principal.id, std::move(filter));
  while (server_.in_progress(call.number)) {
    co_await outlet.drained();
    const Changes changes = co_await listener.next();
    if (!changes.empty()) outlet.send(change_notifications(changes, call.id));
  }
}

}  // namespace call_agent::mcp
