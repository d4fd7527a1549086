#include "mcp/server.h"

#include <fmt/format.h>

#include <utility>

#include "mcp/request_reader.h"
#include "mcp/results.h"

namespace call_agent::mcp {
namespace {

constexpr int kBadRequest = 400;

RpcError invalid(std::string what) {
  return {.code = kInvalidParams, .message = std::move(what), .http_status = kBadRequest};
}

/// A request that may be put in several rounds (MCP 2026-07-28).
bool has_rounds(std::string_view method) {
  return method == "tools/call" || method == "prompts/get" || method == "resources/read";
}

// What is asked, whatever surrounds it: the same text in every round. Members of an object are in the order of their
// names.
std::string what_is_asked(const Json& params) {
  Json asked = {{"arguments", Json::object()}};  // Left out, they are none.
  for (const auto* name : {"name", "arguments", "uri"}) {
    if (const Json* value = member(params, name); value && !value->is_null()) asked[name] = *value;
  }
  return dump_json(asked);
}

}  // namespace

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

void Server::request(Request request, std::uint64_t batch, std::int64_t now_ms, Step& step) {
  if (by_id_.contains(request.id)) {
    // Answering under this id would end the call that already has it.
    const RpcError error{.code = kInvalidRequest,
                         .message = "the id " + request.id + " belongs to a request in progress"};
    return answer(encode_error(kNullId, error), batch, step.out);
  }
  Incident in{.request = std::move(request), .client = client_, .log_level = {}, .facts = {}};
  const auto refuse = [&](const RpcError& error) {
    if (is_stateless(in.revision)) step.http_status = error.http_status;
    if (error.http_status == 403) step.lacking_scope = error.data.value("scope", "");
    answer(encode_error(in.request.id, error), batch, step.out);
  };
  const Json* meta = meta_of(in.request.params);
  const bool stateless = meta && meta->contains(kMetaVersion);
  const bool opens = !stateless && (in.request.method == "initialize" || in.request.method == "ping");
  if (const auto error = opens ? std::nullopt : read_meta(in)) {
    step.http_status = error->http_status;
    return answer(encode_error(in.request.id, *error), batch, step.out);
  }
  std::string bound;
  if (const auto error = read_round(in, bound, now_ms)) return refuse(*error);
  auto reading = read(in, step);
  if (const auto* error = std::get_if<RpcError>(&reading)) return refuse(*error);
  if (const auto* known = std::get_if<AtOnce>(&reading)) {
    return answer(encode_result(in.request.id, known->result), batch, step.out);
  }
  if (pending_.size() >= kMaxCalls) {
    return refuse({.code = kTooManyRequests,
                   .message = fmt::format("{} calls are in progress already; wait for one to end", kMaxCalls),
                   .http_status = 429});
  }
  start(std::move(in), std::get<Work>(std::move(reading)), std::move(bound), batch, step);
}

// In 2026-07-28 every request says for itself what it speaks and can do; before, `initialize` has said it.
std::optional<RpcError> Server::read_meta(Incident& in) const {
  const Json* meta = meta_of(in.request.params);
  const Json* version = meta ? member(*meta, kMetaVersion) : nullptr;
  if (!version) {
    if (!negotiated_) {
      return invalid(
          fmt::format("send initialize first, or name {} and {} in params._meta", kMetaVersion, kMetaCapabilities));
    }
    in.revision = *negotiated_;
    return std::nullopt;
  }
  if (!version->is_string()) return invalid(fmt::format("_meta {} must be a string", kMetaVersion));
  if (*version != to_string(Revision::k2026_07_28)) {
    return RpcError{.code = kUnsupportedVersion,
                    .message = "Unsupported protocol version",
                    .data = {{"supported", {to_string(Revision::k2026_07_28)}}, {"requested", *version}},
                    .http_status = kBadRequest};
  }
  const Json* capabilities = member(*meta, kMetaCapabilities);
  if (!capabilities || !capabilities->is_object()) {
    return invalid(fmt::format("_meta {} must be an object", kMetaCapabilities));
  }
  in.revision = Revision::k2026_07_28;
  in.client = client_capabilities(*capabilities);
  if (const Json* level = member(*meta, kMetaLogLevel)) {
    in.log_level = log_level_from(*level);
    if (!in.log_level) return invalid(fmt::format("_meta {} must be a level of RFC 5424", kMetaLogLevel));
  }
  return std::nullopt;
}

std::optional<RpcError> Server::read_round(Incident& in, std::string& bound, std::int64_t now_ms) {
  if (!is_stateless(in.revision) || !has_rounds(in.request.method)) return std::nullopt;
  const Json& params = in.request.params;
  bound = what_is_asked(params);
  if (const Json* given = member(params, "inputResponses")) {
    auto responses = input_responses(*given);
    if (!responses) return invalid("params.inputResponses must be an object of results by name");
    in.facts.input = *std::move(responses);
  }
  const Json* sealed = member(params, "requestState");
  if (!sealed) return std::nullopt;
  if (!sealed->is_string()) return invalid("params.requestState must be a string");
  auto state = sealer_.open(sealed->get_ref<const std::string&>(),
                            {.principal = principal_.id, .method = in.request.method, .request = bound}, now_ms);
  if (!state) return invalid(state.error().what);
  in.facts.state = *std::move(state);
  return std::nullopt;
}

std::variant<Work, AtOnce, RpcError> Server::read(Incident& in, Step& step) {
  auto& request = in.request;
  if (!is_stateless(in.revision)) {
    if (request.method == "initialize") return initialize(request, step);
    if (request.method == "ping") return AtOnce{"{}"};
    if (request.method == "resources/subscribe") return subscribe(request, true, step);
    if (request.method == "resources/unsubscribe") return subscribe(request, false, step);
    if (request.method == "logging/setLevel") return set_log_level(request);
  }
  return read_request(catalog_, request, {.revision = in.revision, .principal = principal_, .client = in.client});
}

std::variant<Work, AtOnce, RpcError> Server::initialize(const Request& request, Step& step) {
  if (negotiated_) return RpcError{.code = kInvalidRequest, .message = "already initialized"};
  const Json* wanted = member(request.params, "protocolVersion");
  if (!wanted || !wanted->is_string()) return invalid("protocolVersion must be a string");
  const auto known = revision_from(wanted->get_ref<const std::string&>());
  negotiated_ = known && !is_stateless(*known) ? *known : kLatestHandshake;
  if (const Json* capabilities = member(request.params, "capabilities")) client_ = client_capabilities(*capabilities);
  client_.tasks = false;  // The extension belongs to the revision without a handshake.
  if (catalog_.offer().logs) log_level_ = LogLevel::kInfo;
  if (catalog_.offer().changes) {
    // Changes of a list are told without being asked for.
    const ChangeFilter lists{.tools = true, .prompts = true, .resources = true, .uris = {}, .tasks = {}};
    subscriptions_ = honoured(catalog_, lists, principal_);
    step.subscriptions_changed = !subscriptions_.empty();
  }
  return AtOnce{catalog_.initialize_result(*negotiated_)};
}

std::variant<Work, AtOnce, RpcError> Server::subscribe(const Request& request, bool on, Step& step) {
  const auto& offer = catalog_.offer();
  if (!offer.resources || !offer.changes) return unknown_method(request.method);
  if (!principal_.may(offer.resource_scope)) return lacks_scope(offer.resource_scope);
  const Json* uri = member(request.params, "uri");
  if (!uri || !uri->is_string()) return invalid("params.uri must be a string");
  if (on && subscriptions_.uris.size() >= ChangeFilter::kMaxSubscriptions) {
    return RpcError{.code = kTooManyRequests,
                    .message = fmt::format("{} resources are watched already", ChangeFilter::kMaxSubscriptions)};
  }
  if (on) {
    subscriptions_.uris.insert(uri->get<std::string>());
  } else {
    subscriptions_.uris.erase(uri->get_ref<const std::string&>());
  }
  step.subscriptions_changed = true;
  return AtOnce{"{}"};
}

std::variant<Work, AtOnce, RpcError> Server::set_log_level(const Request& request) {
  if (!catalog_.offer().logs) return unknown_method(request.method);
  const Json* level = member(request.params, "level");
  const auto wanted = level ? log_level_from(*level) : std::nullopt;
  if (!wanted) return invalid("params.level must be a level of RFC 5424, such as warning");
  log_level_ = wanted;
  return AtOnce{"{}"};
}

void Server::start(Incident in, Work work, std::string bound, std::uint64_t batch, Step& step) {
  std::string token;
  if (const Json* meta = meta_of(in.request.params)) {
    if (const Json* given = member(*meta, "progressToken")) token = id_text(*given);
  }
  in.facts.principal = principal_;
  in.facts.client = in.client;
  const auto number = ++last_call_;
  by_id_.emplace(in.request.id, number);
  step.start.push_back({.number = number,
                        .revision = in.revision,
                        .work = std::move(work),
                        .facts = std::move(in.facts),
                        .wants_progress = !token.empty(),
                        .id = in.request.id});
  pending_.emplace(number, Pending{.id = std::move(in.request.id),
                                   .revision = in.revision,
                                   .batch = batch,
                                   .progress_token = std::move(token),
                                   .log_level = in.log_level,
                                   .client = in.client,
                                   .method = std::move(in.request.method),
                                   .bound_request = std::move(bound),
                                   .answers = {}});
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

void Server::answer(std::string line, std::uint64_t batch, std::string& out) {
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
