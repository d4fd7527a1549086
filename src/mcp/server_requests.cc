#include <fmt/format.h>

#include <utility>

#include "mcp/request_reader.h"
#include "mcp/server.h"

// How a request becomes an answer or a call.
namespace call_agent::mcp {
namespace {

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
  Json asked = {{"arguments", Json::object()}};  // None is as good as empty ones.
  for (const auto* name : {"name", "arguments", "uri"}) {
    if (const Json* value = member(params, name); value && !value->is_null()) asked[name] = *value;
  }
  return dump_json(asked);
}

}  // namespace

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

Reading Server::read(Incident& in, Step& step) {
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

Reading Server::initialize(const Request& request, Step& step) {
  if (negotiated_) return RpcError{.code = kInvalidRequest, .message = "already initialized"};
  const Json* wanted = member(request.params, "protocolVersion");
  if (!wanted || !wanted->is_string()) return invalid("protocolVersion must be a string");
  const auto known = revision_from(wanted->get_ref<const std::string&>());
  negotiated_ = known && !is_stateless(*known) ? *known : kLatestHandshake;
  if (const Json* capabilities = member(request.params, "capabilities")) client_ = client_capabilities(*capabilities);
  client_.tasks = false;  // The extension belongs to the revision without a handshake.
  if (catalog_.offer().changes) {
    // Changes of a list are told without being asked for.
    const ChangeFilter lists{.tools = true, .prompts = true, .resources = true, .uris = {}, .tasks = {}};
    subscriptions_ = honoured(catalog_, lists, principal_);
    step.subscriptions_changed = !subscriptions_.empty();
  }
  return AtOnce{catalog_.initialize_result(*negotiated_)};
}

Reading Server::subscribe(const Request& request, bool on, Step& step) {
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

Reading Server::set_log_level(const Request& request) {
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

}  // namespace call_agent::mcp
