#include "mcp/server.h"

#include <fmt/format.h>

#include <utility>

#include "mcp/request_reader.h"
#include "mcp/results.h"

namespace call_agent::mcp {
namespace {}  // namespace

Server::Step Server::receive(Incoming incoming, std::int64_t now_ms) {
  Step step;
  if (!incoming.batch) {
    handle(std::move(incoming.messages.front()), 0, now_ms, step);
    return step;
  }
  if (negotiated_ != Revision::k2025_03_26) {
    const RpcError error{.code = kInvalidRequest,
                         .message = "batches belong to revision 2025-03-26 only: send one message at a time"};
    step.http_status = kBadRequest;
    answer(encode_error(kNullId, error), 0, step.out);
    return step;
  }
  const auto batch = ++last_batch_;
  auto& state = batches_[batch];
  for (const auto& message : incoming.messages) {
    if (std::holds_alternative<Request>(message) || std::holds_alternative<Malformed>(message)) ++state.left;
  }
  if (state.left == 0) batches_.erase(batch);
  for (auto& message : incoming.messages) handle(std::move(message), batch, now_ms, step);
  return step;
}

void Server::handle(Message message, std::uint64_t batch, std::int64_t now_ms, Step& step) {
  if (auto* in = std::get_if<Request>(&message)) {
    request(std::move(*in), batch, now_ms, step);
  } else if (const auto* told = std::get_if<Notification>(&message)) {
    notification(*told, step);
  } else if (auto* answered = std::get_if<Response>(&message)) {
    response(std::move(*answered), step);
  } else if (const auto* wrong = std::get_if<Malformed>(&message)) {
    step.http_status = kBadRequest;
    answer(encode_error(wrong->id, wrong->error), batch, step.out);
  }
}

void Server::notification(const Notification& notification, Step& step) {
  if (notification.method != "notifications/cancelled") return;  // Nothing else changes what this server does.
  const Json* id = member(notification.params, "requestId");
  const auto found = id ? by_id_.find(id_text(*id)) : by_id_.end();
  if (found == by_id_.end()) return;  // Answered already, or never asked.
  const auto number = found->second;
  const auto batch = pending_.at(number).batch;
  abandon(number);
  step.cancel.push_back(number);
  if (batch != 0) settle(batch, step.out);
}

void Server::response(Response response, Step& step) {
  const auto asked = questions_.find(response.id);
  if (asked == questions_.end()) return;  // Of a call that was cancelled meanwhile, or of nothing.
  const Question question = asked->second;
  questions_.erase(asked);
  auto& call = pending_.at(question.call);
  auto* result = std::get_if<Json>(&response.outcome);
  Json given = result && result->is_object() ? std::move(*result) : Json::object();
  if (question.form && (!result || !elicited_from(given))) given = {{"action", "cancel"}};
  call.answers.insert_or_assign(question.name, std::move(given));
  if (--call.questions == 0) step.answered.push_back(question.call);
}

std::string Server::finish(CallNumber number, std::string_view members, std::string_view type) {
  const auto found = pending_.find(number);
  if (found == pending_.end()) return {};
  const auto& call = found->second;
  return complete(number, encode_result(call.id, catalog_.result(members, call.revision, type)));
}

std::string Server::finish(CallNumber number, const ToolResult& result) {
  const auto found = pending_.find(number);
  if (found == pending_.end()) return {};
  return finish(number, tool_members(result, found->second.revision));
}

std::string Server::fail(CallNumber number, const RpcError& error) {
  const auto found = pending_.find(number);
  if (found == pending_.end()) return {};
  if (is_stateless(found->second.revision)) http_status_ = error.http_status;
  return complete(number, encode_error(found->second.id, error));
}

std::string Server::require_input(CallNumber number, const InputRequired& required, std::int64_t now_ms) {
  const auto found = pending_.find(number);
  if (found == pending_.end()) return {};
  const auto& call = found->second;
  if (const auto error = missing_for(required.requests, call.client)) return fail(number, *error);
  std::string members = input_members(required.requests);
  if (!required.state.is_null()) {
    const auto sealed = sealer_.seal(
        required.state, {.principal = principal_.id, .method = call.method, .request = call.bound_request}, now_ms);
    if (!sealed) return fail(number, {.code = kInternalError, .message = sealed.error().what});
    members += R"(,"requestState":")" + *sealed + '"';
  }
  return finish(number, members, "input_required");
}

std::string Server::ask(CallNumber number, const InputRequired& required, std::optional<RpcError>& error) {
  const auto found = pending_.find(number);
  if (found == pending_.end()) return {};
  auto& call = found->second;
  error = missing_for(required.requests, call.client);
  if (error) return fail(number, *error);
  std::string out;
  for (const auto& [name, request] : required.requests) {
    const RpcId id = fmt::format("\"ask-{}\"", ++last_question_);
    out += encode_request(id, request.method, dump_json(request.params)) + "\n";
    questions_.emplace(id, Question{number, name, request.method == "elicitation/create"});
    ++call.questions;
  }
  return out;
}

bool Server::awaits_answers(CallNumber number) const {
  const auto found = pending_.find(number);
  return found != pending_.end() && found->second.questions > 0;
}

InputResponses Server::take_answers(CallNumber number) {
  const auto found = pending_.find(number);
  return found == pending_.end() ? InputResponses{} : std::exchange(found->second.answers, {});
}

std::string Server::progress(CallNumber number, double progress, std::optional<double> total,
                             std::string_view message) {
  const auto found = pending_.find(number);
  if (found == pending_.end() || found->second.progress_token.empty()) return {};
  auto& call = found->second;
  if (progress <= call.last_progress) return {};
  call.last_progress = progress;
  std::string params = R"({"progressToken":)" + call.progress_token;
  params += R"(,"progress":)" + Json(progress).dump();
  if (total) params += R"(,"total":)" + Json(*total).dump();
  if (!message.empty()) params += R"(,"message":)" + dump_json(message);
  params += '}';
  return encode_notification("notifications/progress", params) + "\n";
}

std::string Server::log(CallNumber number, LogLevel level, std::string_view logger, const Json& data) {
  const auto found = pending_.find(number);
  if (found == pending_.end()) return {};
  const auto& call = found->second;
  const auto least = is_stateless(call.revision) ? call.log_level : log_level_;
  if (!least || level < *least) return {};
  const Json params{{"level", to_string(level)}, {"logger", logger}, {"data", data}};
  return encode_notification("notifications/message", dump_json(params)) + "\n";
}

void Server::abandon(CallNumber number) {
  const auto found = pending_.find(number);
  if (found == pending_.end()) return;
  forget_questions(number);
  by_id_.erase(found->second.id);
  pending_.erase(found);
}

void Server::forget_questions(CallNumber number) {
  std::erase_if(questions_, [number](const auto& each) { return each.second.call == number; });
}

void Server::answer(const std::string& line, std::uint64_t batch, std::string& out) {
  const auto state = batches_.find(batch);
  if (state == batches_.end()) {
    out += line;
    out += '\n';
    return;
  }
  auto& answers = state->second.answers;
  answers += answers.empty() ? '[' : ',';
  answers += line;
  settle(batch, out);
}

void Server::settle(std::uint64_t batch, std::string& out) {
  const auto state = batches_.find(batch);
  if (--state->second.left > 0) return;
  // A batch whose every request was cancelled is answered by nothing.
  if (!state->second.answers.empty()) out += state->second.answers + "]\n";
  batches_.erase(state);
}

std::string Server::complete(CallNumber number, const std::string& line) {
  const auto batch = pending_.at(number).batch;
  abandon(number);
  std::string out;
  answer(line, batch, out);
  return out;
}

}  // namespace call_agent::mcp
