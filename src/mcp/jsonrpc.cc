#include "mcp/jsonrpc.h"

#include <fmt/format.h>

#include <utility>

namespace call_agent::mcp {
namespace {

Malformed malformed(RpcId id, int code, std::string what) {
  return Malformed{.id = std::move(id), .error = {.code = code, .message = std::move(what)}};
}

Message decode_response(RpcId id, bool null_id, Json& object) {
  const auto error = object.find("error");
  if (error == object.end()) {
    if (id.empty()) return malformed(RpcId(kNullId), kInvalidRequest, "a response needs the id of its request");
    return Response{.id = std::move(id), .outcome = std::move(object["result"])};
  }
  if (id.empty() && !null_id) return malformed(RpcId(kNullId), kInvalidRequest, "an error response needs an id");
  RpcError failed;
  if (error->is_object()) {
    if (const auto code = error->find("code"); code != error->end() && code->is_number_integer()) {
      failed.code = static_cast<int>(code->get<std::int64_t>());
    }
    if (const auto message = error->find("message"); message != error->end() && message->is_string()) {
      failed.message = message->get<std::string>();
    }
    if (const auto data = error->find("data"); data != error->end()) failed.data = std::move(*data);
  }
  return Response{.id = id.empty() ? RpcId(kNullId) : std::move(id), .outcome = std::move(failed)};
}

Message decode_object(Json object) {
  if (!object.is_object()) {
    return malformed(RpcId(kNullId), kInvalidRequest, "a message is a JSON object");
  }
  const auto id_field = object.find("id");
  const bool has_id = id_field != object.end();
  const bool null_id = has_id && id_field->is_null();
  RpcId id = has_id ? id_text(*id_field) : RpcId();
  const RpcId answer_to = id.empty() ? RpcId(kNullId) : id;

  const auto version = object.find("jsonrpc");
  if (version == object.end() || *version != "2.0") {
    return malformed(answer_to, kInvalidRequest, R"("jsonrpc" must be "2.0")");
  }
  const auto method = object.find("method");
  if (method == object.end()) {
    if (object.contains("result") || object.contains("error")) return decode_response(std::move(id), null_id, object);
    return malformed(answer_to, kInvalidRequest, R"("method" is missing)");
  }
  if (!method->is_string()) return malformed(answer_to, kInvalidRequest, R"("method" must be a string)");
  if (has_id && id.empty()) {
    return malformed(answer_to, kInvalidRequest,
                     fmt::format(R"("id" must be a string of at most {} bytes or an integer)", kMaxId));
  }
  Json params = Json::object();
  if (const auto given = object.find("params"); given != object.end()) {
    if (!given->is_object()) {
      // A notification is never answered, not even this one.
      if (!has_id) return Notification{.method = std::move(method->get_ref<std::string&>()), .params = {}};
      return malformed(answer_to, kInvalidParams, R"("params" must be an object)");
    }
    params = std::move(*given);
  }
  if (!has_id) return Notification{.method = std::move(method->get_ref<std::string&>()), .params = std::move(params)};
  return Request{
      .id = std::move(id), .method = std::move(method->get_ref<std::string&>()), .params = std::move(params)};
}

}  // namespace

RpcId id_text(const Json& id) {
  if (id.is_number_integer()) return id.dump();
  if (id.is_string() && id.get_ref<const std::string&>().size() <= kMaxId) return dump_json(id);
  return {};
}

Incoming decode(std::string_view line) {
  Incoming incoming;
  if (line.size() > kMaxMessage) {
    incoming.messages.emplace_back(
        malformed(RpcId(kNullId), kInvalidRequest, fmt::format("a message may have {} bytes at most", kMaxMessage)));
    return incoming;
  }
  auto json = parse_json(line, kMaxDepth);
  if (!json) {
    incoming.messages.emplace_back(malformed(RpcId(kNullId), kParseError, "Parse error: " + json.error().what));
    return incoming;
  }
  if (!json->is_array()) {
    incoming.messages.push_back(decode_object(std::move(*json)));
    return incoming;
  }
  if (json->empty() || json->size() > kMaxBatch) {
    incoming.messages.emplace_back(
        malformed(RpcId(kNullId), kInvalidRequest, fmt::format("a batch has 1 to {} messages", kMaxBatch)));
    return incoming;
  }
  incoming.batch = true;
  incoming.messages.reserve(json->size());
  for (auto& element : *json) incoming.messages.push_back(decode_object(std::move(element)));
  return incoming;
}

std::string encode_result(std::string_view id, std::string_view result) {
  std::string out;
  out.reserve(id.size() + result.size() + 40);
  out.append(R"({"jsonrpc":"2.0","id":)").append(id).append(R"(,"result":)").append(result).push_back('}');
  return out;
}

std::string error_json(const RpcError& error) {
  Json body{{"code", error.code}, {"message", error.message}};
  if (!error.data.is_null()) body["data"] = error.data;
  return dump_json(body);
}

std::string encode_error(std::string_view id, const RpcError& error) {
  std::string out;
  out.append(R"({"jsonrpc":"2.0","id":)").append(id).append(R"(,"error":)").append(error_json(error)).push_back('}');
  return out;
}

std::string encode_notification(std::string_view method, std::string_view params) {
  std::string out;
  out.append(R"({"jsonrpc":"2.0","method":)").append(dump_json(method)).append(R"(,"params":)").append(params);
  out.push_back('}');
  return out;
}

std::string encode_request(std::string_view id, std::string_view method, std::string_view params) {
  std::string out;
  out.append(R"({"jsonrpc":"2.0","id":)").append(id).append(R"(,"method":)").append(dump_json(method));
  out.append(R"(,"params":)").append(params).push_back('}');
  return out;
}

}  // namespace call_agent::mcp
