#include "mcp/client/client.h"

#include <fmt/format.h>

#include <utility>

#include "mcp/header_rules.h"
#include "mcp/request_reader.h"

// One request to its answer, and what a server sends meanwhile.
namespace call_agent::mcp {
namespace {

// A server that asks more at once has lost its senses.
constexpr int kMostQuestions = 8;

const Json kDecline{{"action", "decline"}};

bool is_form(const InputRequest& asked) {
  const auto mode = text_part(asked.params, "mode");
  return asked.method == "elicitation/create" && (mode.empty() || mode == "form");
}

}  // namespace

awaitable<Result<Json>> Client::request(std::string method, Json params, OnProgress on_progress, Deadline deadline) {
  auto outcome = co_await exchange(method, std::move(params), std::move(on_progress), deadline);
  if (auto* result = std::get_if<Json>(&outcome)) co_return std::move(*result);
  if (auto* error = std::get_if<Error>(&outcome)) co_return std::unexpected(std::move(*error));
  const auto& refused = std::get<RpcError>(outcome);
  co_return fail(Errc::kInternal, fmt::format("the server refused {}: {} ({})", method, refused.message, refused.code));
}

awaitable<Client::Outcome> Client::exchange(std::string method, Json params, OnProgress on_progress,
                                            Deadline deadline) {
  if (ended_) co_return *ended_;
  const RpcId id = std::to_string(++last_id_);
  if (on_progress) params["_meta"]["progressToken"] = last_id_;
  Outgoing message{.id = id, .text = {}, .headers = {}};
  if (is_stateless(revision_)) {
    // A request that says what it can do, such as one for a task, has its _meta already.
    if (!part(part(params, "_meta"), kMetaVersion).is_string()) {
      add_meta(params, {.forms = options_.offers_forms});
    }
    const auto tool = method == "tools/call" ? input_schemas_.find(text_part(params, "name")) : input_schemas_.end();
    message.headers = mirrored_headers(method, params, tool == input_schemas_.end() ? nullptr : &tool->second);
  }
  message.text = encode_request(id, method, dump_json(params));

  Pending pending{.on_progress = std::move(on_progress), .deadline = deadline, .outcome = {}};
  pending_.emplace(id, &pending);
  const std::shared_ptr<void> forget(nullptr, [this, id, &pending, &method](void*) {
    pending_.erase(id);
    // Before a revision is agreed on, a server need not know how to take a cancel.
    if (!pending.outcome) give_up(id, method != "initialize" && method != "server/discover");
  });
  link_->send(std::move(message));
  while (!pending.outcome && !pending.deadline.passed()) co_await changed_.wait(pending.deadline);
  if (pending.outcome) co_return std::move(*pending.outcome);
  co_return Error{Errc::kDeadline, fmt::format("the server did not answer {} in time", method)};
}

void Client::give_up(const RpcId& id, bool tell) {
  if (ended_ || link_->cancel(id) || !tell) return;
  notify("notifications/cancelled", {{"requestId", Json::parse(id)}, {"reason", "given up by the client"}});
}

void Client::notify(std::string_view method, const Json& params) {
  link_->send({.id = {}, .text = encode_notification(method, dump_json(params)), .headers = {}});
}

void Client::settle(const RpcId& id, Outcome outcome) {
  const auto pending = pending_.find(id);
  if (pending == pending_.end() || pending->second->outcome) return;  // Answered after its deadline, or twice.
  pending->second->outcome = std::move(outcome);
  changed_.notify();
}

void Client::received(Message message) {
  if (auto* response = std::get_if<Response>(&message)) {
    std::visit([&](auto& outcome) { settle(response->id, std::move(outcome)); }, response->outcome);
  } else if (const auto* told = std::get_if<Notification>(&message)) {
    take_notification(*told);
  } else if (auto* asked = std::get_if<Request>(&message)) {
    take_request(std::move(*asked));
  }
}

void Client::lost(const RpcId& id, Error why) {
  settle(id, std::move(why));
}

void Client::ended(Error why) {
  ended_ = std::move(why);
  for (const auto& [id, pending] : pending_) {
    if (!pending->outcome) pending->outcome = *ended_;
  }
  watched_.over = *ended_;
  changed_.notify();
}

void Client::deaf(Error why) {
  watched_.over = std::move(why);
  changed_.notify();
}

void Client::take_notification(const Notification& told) {
  if (told.method == "notifications/progress") return take_progress(told.params);
  if (told.method == "notifications/subscriptions/acknowledged") {
    watched_.confirmed = true;
    if (part(part(told.params, "notifications"), "resourceSubscriptions").empty()) {
      watched_.over = Error{Errc::kNotFound, "the server does not tell when this resource changes"};
    }
    changed_.notify();
  }
  // The URI may be of a part of what is watched.
  if (told.method == "notifications/resources/updated") {
    watched_.changed = true;
    changed_.notify();
  }
  if (options_.on_notification) options_.on_notification(told);
}

void Client::take_progress(const Json& params) {
  const auto pending = pending_.find(id_text(part(params, "progressToken")));
  if (pending == pending_.end() || !pending->second->on_progress) return;
  const auto number = [&](std::string_view name) -> std::optional<double> {
    const Json& value = part(params, name);
    return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
  };
  pending->second->on_progress(number("progress").value_or(0), number("total"), text_part(params, "message"));
}

// Before 2026-07-28 a server asks in the middle of a call.
void Client::take_request(Request asked) {
  const auto answer = [&](std::string text) { link_->send({.id = {}, .text = std::move(text), .headers = {}}); };
  if (asked.method == "ping") return answer(encode_result(asked.id, "{}"));
  if (!is_form({.method = asked.method, .params = asked.params})) {
    return answer(encode_error(asked.id, {.code = kMethodNotFound, .message = "this client offers no such method"}));
  }
  if (questions_ >= kMostQuestions) {
    return answer(encode_error(asked.id, {.code = kTooManyRequests, .message = "one question after the other"}));
  }
  tasks_.spawn(answer_form(std::move(asked)));
}

awaitable<void> Client::answer_form(Request asked) {
  const auto given = co_await put_form({.method = asked.method, .params = std::move(asked.params)});
  link_->send({.id = {}, .text = encode_result(asked.id, dump_json(given)), .headers = {}});
}

awaitable<Json> Client::put_form(InputRequest form) {
  if (!options_.answerer) co_return kDecline;
  stop_clocks();
  const std::shared_ptr<void> answered(nullptr, [this](void*) { start_clocks(); });
  while (asking_) co_await changed_.wait();  // A person is asked one thing at a time.
  asking_ = true;
  const std::shared_ptr<void> asked(nullptr, [this](void*) { asking_ = false; });
  co_return co_await options_.answerer(std::move(form));
}

void Client::stop_clocks() {
  if (++questions_ > 1) return;
  for (const auto& [id, pending] : pending_) {
    pending->left = pending->deadline.left();
    pending->deadline = Deadline::never();
  }
}

void Client::start_clocks() {
  changed_.notify();
  if (--questions_ > 0) return;
  for (const auto& [id, pending] : pending_) pending->deadline = Deadline::after(pending->left);
}

}  // namespace call_agent::mcp
