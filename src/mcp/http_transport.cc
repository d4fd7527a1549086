#include "mcp/http_transport.h"

#include <fmt/format.h>

#include <utility>

#include "core/clock.h"
#include "core/task_group.h"
#include "mcp/header_rules.h"
#include "mcp/http_answer.h"
#include "mcp/request_reader.h"

namespace call_agent::mcp {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kEvents = "text/event-stream";

RpcError error_of(std::string what) {
  return {.code = kInvalidRequest, .message = std::move(what)};
}

/// Whether a message speaks a revision without a handshake, or one there is not.
bool is_modern(const net::ServerRequest& request, const Message& message) {
  if (const auto* asked = std::get_if<Request>(&message)) {
    const Json* meta = meta_of(asked->params);
    if (meta && meta->contains(kMetaVersion)) return true;
  }
  const auto version = request.header("MCP-Protocol-Version");
  if (version.empty()) return false;
  const auto known = revision_from(version);
  return known ? is_stateless(*known) : request.header("Mcp-Session-Id").empty();
}

}  // namespace

HttpTransport::HttpTransport(asio::any_io_executor executor, const Catalog& catalog, Authorizer* authorizer,
                             Options options)
    : executor_(std::move(executor)),
      catalog_(catalog),
      authorizer_(authorizer),
      options_(std::move(options)),
      sessions_(options_.sessions) {}

awaitable<void> HttpTransport::handle(net::ServerRequest request, Reply& reply) {
  // The end is in order, not unwound: calls under way are waited for.
  co_await asio::this_coro::throw_if_cancelled(false);
  if (!host_allowed(request.header("Host"), options_.allowed_hosts)) {
    co_return co_await refuse(reply, 421, error_of("this server does not answer for that Host"));
  }
  if (!origin_allowed(request.header("Origin"), options_.allowed_hosts)) {
    co_return co_await refuse(reply, 403, error_of("this server does not answer pages of that Origin"));
  }
  Principal principal = local_user();
  if (authorizer_) {
    // Whoever stands in front may have looked at the other.
    if (request.count("Authorization") > 1) {
      co_return co_await refuse(reply, 400, error_of("a request has one Authorization header"));
    }
    auto known = co_await authorizer_->authorize(std::string(request.header("Authorization")));
    if (!known) co_return co_await challenge(reply, std::move(known.error()));
    principal = *std::move(known);
  }
  if (request.method == "POST") {
    co_await post(std::move(request), std::move(principal), reply);
  } else if (request.method == "GET") {
    co_await get(std::move(request), std::move(principal), reply);
  } else if (request.method == "DELETE") {
    co_await end_session(std::move(request), std::move(principal), reply);
  } else {
    co_await reply.send({.status = 405, .headers = {{"Allow", "GET, POST, DELETE"}}, .body = {}});
  }
}

awaitable<void> HttpTransport::post(net::ServerRequest request, Principal principal, Reply& reply) {
  if (!is_media_type(request.header("Content-Type"), kJson)) {
    co_return co_await refuse(reply, 415, error_of("Content-Type must be application/json"));
  }
  const auto accept = request.header("Accept");
  if (!accepts(accept, kJson) && !accepts(accept, kEvents)) {
    co_return co_await refuse(reply, 406, error_of("Accept must admit application/json and text/event-stream"));
  }
  Incoming incoming = decode(request.body);
  if (!incoming.batch && is_modern(request, incoming.messages.front())) {
    co_await stateless(request, std::move(incoming), std::move(principal), reply);
  } else {
    co_await in_session(request, std::move(incoming), std::move(principal), reply);
  }
}

awaitable<void> HttpTransport::stateless(const net::ServerRequest& request, Incoming incoming, Principal principal,
                                         Reply& reply) {
  const auto& message = incoming.messages.front();
  if (const auto* asked = std::get_if<Request>(&message)) {
    if (auto wrong = header_mismatch(request, asked->method, asked->params, catalog_)) {
      co_return co_await refuse(reply, wrong->http_status, *wrong, asked->id);
    }
  }
  // No session: what one request is about ends with it.
  auto once = std::make_shared<HttpSession>(catalog_, sealer_, std::move(principal), executor_);
  Server::Step step = once->server.receive(std::move(incoming), unix_ms());
  co_await answer(std::move(once), std::move(step), reply, {});
}

awaitable<void> HttpTransport::in_session(const net::ServerRequest& request, Incoming incoming, Principal principal,
                                          Reply& reply) {
  const auto id = request.header("Mcp-Session-Id");
  const auto* asked = incoming.batch ? nullptr : std::get_if<Request>(&incoming.messages.front());
  const RpcId asked_id = asked ? asked->id : RpcId(kNullId);
  if (id.empty()) {
    if (std::holds_alternative<Malformed>(incoming.messages.front()) && !incoming.batch) {
      const auto& wrong = std::get<Malformed>(incoming.messages.front());
      co_return co_await refuse(reply, 400, wrong.error, wrong.id);
    }
    if (!asked || asked->method != "initialize") {
      co_return co_await refuse(
          reply, 400,
          {.code = kInvalidParams,
           .message = fmt::format("send initialize first and then Mcp-Session-Id with every request, or speak {}: "
                                  "name it in _meta {}",
                                  to_string(Revision::k2026_07_28), kMetaVersion)},
          asked_id);
    }
    auto fresh = std::make_shared<HttpSession>(catalog_, sealer_, std::move(principal), executor_);
    Server::Step step = fresh->server.receive(std::move(incoming), unix_ms());
    if (step.subscriptions_changed) watch(*fresh);
    std::string new_id;
    if (fresh->server.negotiated()) {
      new_id = sessions_.add(fresh, Clock::now());
      if (new_id.empty()) {
        co_return co_await refuse(reply, 503, error_of("too many sessions are open: try again later"), asked_id);
      }
    }
    co_return co_await answer(std::move(fresh), std::move(step), reply, std::move(new_id));
  }
  auto session = sessions_.find(id, principal.id, Clock::now());
  if (!session) {
    co_return co_await refuse(reply, 404, error_of("this session has ended: send initialize to open another"),
                              asked_id);
  }
  const auto version = request.header("MCP-Protocol-Version");
  if (!version.empty() && !revision_from(version)) {
    co_return co_await refuse(reply, 400, error_of("MCP-Protocol-Version names a revision that was not agreed on"),
                              asked_id);
  }
  session->server.act_for(std::move(principal));
  Server::Step step = session->server.receive(std::move(incoming), unix_ms());
  if (step.subscriptions_changed) watch(*session);
  if (!step.answered.empty()) session->runner.wake();
  for (const auto number : step.cancel) {
    if (const auto running = session->running.extract(number)) running.mapped().group->cancel(running.mapped().member);
  }
  co_await answer(std::move(session), std::move(step), reply, {});
}

void HttpTransport::watch(HttpSession& session) {
  if (session.listener) {
    session.listener->set_filter(session.server.subscriptions());
  } else {
    session.listener.emplace(*catalog_.offer().changes, executor_, session.server.principal().id,
                             session.server.subscriptions());
  }
}

awaitable<void> HttpTransport::answer(std::shared_ptr<HttpSession> session, Server::Step step, Reply& reply,
                                      std::string new_session) {
  if (!step.lacking_scope.empty() && authorizer_ && step.start.empty()) {
    co_return co_await challenge(reply, authorizer_->insufficient_scope(step.lacking_scope));
  }
  HttpAnswer answer(reply, executor_);
  if (!new_session.empty()) answer.add_header({"Mcp-Session-Id", std::move(new_session)});
  answer.send(std::move(step.out));
  TaskGroup calls(executor_);
  {
    // Called once nobody holds it any more: every call has ended.
    const std::shared_ptr<void> finished(nullptr, [&answer](void*) { answer.finish(); });
    for (auto& call : step.start) {
      const auto number = call.number;
      if (std::holds_alternative<Listen>(call.work)) answer.stream_from_the_start();
      const auto member = calls.spawn(run_call(session, std::move(call), answer, finished));
      if (session->server.in_progress(number))
        session->running.insert_or_assign(number, HttpSession::Running{&calls, member});
    }
  }
  const int status = step.http_status;
  co_await answer.transmit([&session, status] { return status != 200 ? status : session->server.http_status(); });
  // Whoever still runs has lost its client.
  calls.cancel();
  co_await calls.join();
  for (const auto& call : step.start) {
    session->server.abandon(call.number);
    session->running.erase(call.number);
  }
}

awaitable<void> HttpTransport::run_call(std::shared_ptr<HttpSession> session, Server::Call call, HttpAnswer& answer,
                                        std::shared_ptr<void> /*finished*/) {
  const auto number = call.number;
  co_await session->runner.run(std::move(call), answer);
  session->running.erase(number);
}

awaitable<void> HttpTransport::get(net::ServerRequest request, Principal principal, Reply& reply) {
  if (!accepts(request.header("Accept"), kEvents)) {
    co_return co_await refuse(reply, 406, error_of("Accept must admit text/event-stream"));
  }
  const auto id = request.header("Mcp-Session-Id");
  if (id.empty()) {
    co_await reply.send({.status = 405, .headers = {{"Allow", "POST"}}, .body = {}});
    co_return;
  }
  const auto session = sessions_.find(id, principal.id, Clock::now());
  if (!session) {
    co_return co_await refuse(reply, 404, error_of("this session has ended: send initialize to open another"));
  }
  if (session->stream) {
    co_return co_await refuse(reply, 409, error_of("this session has a stream of events already"));
  }
  if (!session->listener && catalog_.offer().changes) watch(*session);
  HttpAnswer events(reply, executor_);
  session->stream = &events;
  events.stream_from_the_start();
  TaskGroup telling(executor_);
  telling.spawn(tell_changes(session, events));
  co_await events.transmit([] { return 200; });
  session->stream = nullptr;
  session->last_used = Clock::now();
  telling.cancel();
  co_await telling.join();
}

awaitable<void> HttpTransport::tell_changes(std::shared_ptr<HttpSession> session, HttpAnswer& events) {
  while (session->listener) {
    co_await events.drained();
    const Changes changes = co_await session->listener->next();
    events.send(change_notifications(changes, ""));
  }
}

awaitable<void> HttpTransport::end_session(net::ServerRequest request, Principal principal, Reply& reply) {
  const auto id = request.header("Mcp-Session-Id");
  if (!sessions_.find(id, principal.id, Clock::now())) {
    co_return co_await refuse(reply, id.empty() ? 400 : 404, error_of("there is no such session"));
  }
  sessions_.remove(id);
  co_await reply.send({.status = 204, .headers = {}, .body = {}});
}

awaitable<void> HttpTransport::refuse(Reply& reply, int status, RpcError error, std::string_view id) {
  co_await reply.send(
      {.status = status, .headers = {{"Content-Type", std::string(kJson)}}, .body = encode_error(id, error)});
}

awaitable<void> HttpTransport::challenge(Reply& reply, Challenge challenge) {
  net::ServerResponse response{.status = challenge.status,
                               .headers = {{"Content-Type", std::string(kJson)}},
                               .body = encode_error(kNullId, error_of(std::move(challenge.message)))};
  if (!challenge.www_authenticate.empty()) {
    response.headers.push_back({"WWW-Authenticate", std::move(challenge.www_authenticate)});
  }
  co_await reply.send(std::move(response));
}

}  // namespace call_agent::mcp
