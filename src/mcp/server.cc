#include "mcp/server.h"

#include <fmt/format.h>

#include <utility>

#include "mcp/schema.h"

namespace call_agent::mcp {
namespace {

const Json* meta_of(const Json& params) {
  const auto meta = params.find("_meta");
  return meta != params.end() && meta->is_object() ? &*meta : nullptr;
}

const Json* field(const Json& object, std::string_view name) {
  const auto it = object.find(name);
  return it == object.end() ? nullptr : &*it;
}

bool exists_before_2026(std::string_view method) {
  return method == "initialize" || method == "ping" || method == "logging/setLevel";
}

RpcError unknown_method(std::string_view method) {
  return {.code = kMethodNotFound, .message = fmt::format("Method not found: {}", method.substr(0, 100))};
}

}  // namespace

Catalog::Catalog(ServerInfo info, std::vector<Tool> tools) : info_(std::move(info)), tools_(std::move(tools)) {}

const Tool* Catalog::find(std::string_view name) const {
  for (const auto& tool : tools_) {
    if (tool.name == name) return &tool;
  }
  return nullptr;
}

const std::string& Catalog::tools_list(Revision revision) const {
  auto& list = lists_[static_cast<std::size_t>(revision)];
  if (list.empty()) list = tools_result(info_, tools_, revision);
  return list;
}

std::string Catalog::names() const {
  std::string out;
  for (const auto& tool : tools_) out += (out.empty() ? "" : ", ") + tool.name;
  return out;
}

Server::Step Server::receive(std::string_view line) {
  Step step;
  Incoming incoming = decode(line);
  if (!incoming.batch) {
    handle(std::move(incoming.messages.front()), 0, step);
    return step;
  }
  if (negotiated_ != Revision::k2025_03_26) {
    const RpcError error{.code = kInvalidRequest,
                         .message = "batches belong to revision 2025-03-26 only: send one message a line"};
    answer(encode_error(kNullId, error), 0, step.out);
    return step;
  }
  const auto batch = ++last_batch_;
  auto& state = batches_[batch];
  for (const auto& message : incoming.messages) {
    if (std::holds_alternative<Request>(message) || std::holds_alternative<Malformed>(message)) ++state.left;
  }
  if (state.left == 0) batches_.erase(batch);
  for (auto& message : incoming.messages) handle(std::move(message), batch, step);
  return step;
}

void Server::handle(Message message, std::uint64_t batch, Step& step) {
  if (auto* in = std::get_if<Request>(&message)) {
    request(std::move(*in), batch, step);
  } else if (const auto* told = std::get_if<Notification>(&message)) {
    notification(*told, step);
  } else if (const auto* wrong = std::get_if<Malformed>(&message)) {
    answer(encode_error(wrong->id, wrong->error), batch, step.out);
  }
  // A response answers nothing: this server never asks its client.
}

std::optional<RpcError> Server::revision_of(const Request& request, Revision& revision) const {
  const Json* meta = meta_of(request.params);
  const Json* version = meta ? field(*meta, kMetaVersion) : nullptr;
  if (!version) {
    if (!negotiated_) {
      return RpcError{.code = kInvalidParams,
                      .message = fmt::format("send initialize first, or name {} and {} in params._meta", kMetaVersion,
                                             kMetaCapabilities)};
    }
    revision = *negotiated_;
    return std::nullopt;
  }
  if (!version->is_string()) {
    return RpcError{.code = kInvalidParams, .message = fmt::format("_meta {} must be a string", kMetaVersion)};
  }
  if (*version != to_string(Revision::k2026_07_28)) {
    return RpcError{.code = kUnsupportedVersion,
                    .message = "Unsupported protocol version",
                    .data = {{"supported", {to_string(Revision::k2026_07_28)}}, {"requested", *version}}};
  }
  const Json* capabilities = field(*meta, kMetaCapabilities);
  if (!capabilities || !capabilities->is_object()) {
    return RpcError{.code = kInvalidParams, .message = fmt::format("_meta {} must be an object", kMetaCapabilities)};
  }
  revision = Revision::k2026_07_28;
  return std::nullopt;
}

void Server::request(Request in, std::uint64_t batch, Step& step) {
  if (by_id_.contains(in.id)) {
    // Answering under this id would end the call that already has it.
    const RpcError error{.code = kInvalidRequest, .message = "the id " + in.id + " belongs to a request in progress"};
    return answer(encode_error(kNullId, error), batch, step.out);
  }
  const auto refuse = [&](const RpcError& error) { answer(encode_error(in.id, error), batch, step.out); };
  if (in.method == "initialize") return initialize(in, batch, step);
  if (in.method == "ping" && !meta_of(in.params)) return answer(encode_result(in.id, empty_result()), batch, step.out);

  Revision revision{};
  if (const auto error = revision_of(in, revision)) return refuse(*error);
  if (is_stateless(revision) ? exists_before_2026(in.method) : in.method == "server/discover") {
    return refuse(unknown_method(in.method));
  }
  if (in.method == "tools/call") return call_tool(std::move(in), revision, batch, step);
  if (in.method == "tools/list") {
    if (const auto* cursor = field(in.params, "cursor"); cursor && !cursor->is_null()) {
      return refuse({.code = kInvalidParams, .message = "unknown cursor: the list has one page"});
    }
    return answer(encode_result(in.id, catalog_.tools_list(revision)), batch, step.out);
  }
  if (in.method == "server/discover")
    return answer(encode_result(in.id, discover_result(catalog_.info())), batch, step.out);
  if (in.method == "ping" || in.method == "logging/setLevel") {
    return answer(encode_result(in.id, empty_result()), batch, step.out);
  }
  refuse(unknown_method(in.method));
}

void Server::initialize(const Request& in, std::uint64_t batch, Step& step) {
  const auto refuse = [&](int code, std::string why) {
    answer(encode_error(in.id, {.code = code, .message = std::move(why)}), batch, step.out);
  };
  if (negotiated_) return refuse(kInvalidRequest, "already initialized");
  const Json* wanted = field(in.params, "protocolVersion");
  if (!wanted || !wanted->is_string()) return refuse(kInvalidParams, "protocolVersion must be a string");
  const auto known = revision_from(wanted->get_ref<const std::string&>());
  negotiated_ = known && !is_stateless(*known) ? *known : kLatestHandshake;
  answer(encode_result(in.id, initialize_result(catalog_.info(), *negotiated_)), batch, step.out);
}

void Server::call_tool(Request in, Revision revision, std::uint64_t batch, Step& step) {
  const auto refuse = [&](int code, std::string why) {
    answer(encode_error(in.id, {.code = code, .message = std::move(why)}), batch, step.out);
  };
  const Json* name = field(in.params, "name");
  if (!name || !name->is_string()) return refuse(kInvalidParams, "params.name must be a string");
  const Tool* tool = catalog_.find(name->get_ref<const std::string&>());
  if (!tool) {
    return refuse(kInvalidParams, fmt::format("Unknown tool: {}; there are: {}",
                                              name->get_ref<const std::string&>().substr(0, 100), catalog_.names()));
  }
  Json arguments = Json::object();
  if (const auto given = in.params.find("arguments"); given != in.params.end() && !given->is_null()) {
    if (!given->is_object()) return refuse(kInvalidParams, "params.arguments must be an object");
    arguments = std::move(*given);
  }
  if (const auto problems = schema_problems(tool->input_schema, arguments); !problems.empty()) {
    const auto body = call_result(catalog_.info(), ToolResult::error(problems), revision);
    return answer(encode_result(in.id, body), batch, step.out);
  }
  if (pending_.size() >= kMaxCalls) {
    return refuse(kTooManyRequests, fmt::format("{} calls are in progress already; wait for one to end", kMaxCalls));
  }
  std::string token;
  if (const Json* meta = meta_of(in.params)) {
    if (const Json* given = field(*meta, "progressToken")) token = id_text(*given);
  }
  const auto number = ++last_call_;
  by_id_.emplace(in.id, number);
  step.start.push_back({number, tool, std::move(arguments), !token.empty()});
  pending_.emplace(number, Pending{std::move(in.id), revision, std::move(token), -1, batch});
}

void Server::notification(const Notification& in, Step& step) {
  if (in.method != "notifications/cancelled") return;  // Nothing else changes what this server does.
  const Json* id = field(in.params, "requestId");
  const auto found = id ? by_id_.find(id_text(*id)) : by_id_.end();
  if (found == by_id_.end()) return;  // Answered already, or never asked.
  const auto number = found->second;
  const auto batch = pending_.at(number).batch;
  pending_.erase(number);
  by_id_.erase(found);
  step.cancel.push_back(number);
  if (batch != 0) settle(batch, step.out);
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
  const auto found = pending_.find(number);
  const auto batch = found->second.batch;
  by_id_.erase(found->second.id);
  pending_.erase(found);
  std::string out;
  answer(line, batch, out);
  return out;
}

std::string Server::finish(CallNumber number, const ToolResult& result) {
  const auto found = pending_.find(number);
  if (found == pending_.end()) return {};
  const auto& call = found->second;
  return complete(number, encode_result(call.id, call_result(catalog_.info(), result, call.revision)));
}

std::string Server::fail_call(CallNumber number, std::string_view what) {
  const auto found = pending_.find(number);
  if (found == pending_.end()) return {};
  return complete(number, encode_error(found->second.id, {.code = kInternalError, .message = std::string(what)}));
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

}  // namespace call_agent::mcp
