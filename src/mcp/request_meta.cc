#include <fmt/format.h>

#include <array>
#include <utility>

#include "mcp/request_reader.h"

// What surrounds a request: what its client can do, and how it is refused.
namespace call_agent::mcp {
namespace {

constexpr std::array<std::string_view, 8> kLogLevels{"debug", "info",     "notice", "warning",
                                                     "error", "critical", "alert",  "emergency"};

}  // namespace

const Json* member(const Json& object, std::string_view name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

const Json* meta_of(const Json& params) {
  const Json* meta = member(params, "_meta");
  return meta && meta->is_object() ? meta : nullptr;
}

std::optional<LogLevel> log_level_from(const Json& name) {
  for (std::size_t i = 0; i < kLogLevels.size(); ++i) {
    if (name == kLogLevels[i]) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

std::string_view to_string(LogLevel level) {
  return kLogLevels[static_cast<std::size_t>(level)];
}

ClientCapabilities client_capabilities(const Json& capabilities) {
  if (!capabilities.is_object()) return {};
  const auto object = [](const Json& in, std::string_view name) -> const Json* {
    const Json* found = member(in, name);
    return found && found->is_object() ? found : nullptr;
  };
  ClientCapabilities out;
  if (const Json* elicitation = object(capabilities, "elicitation")) {
    out.elicitation_url = object(*elicitation, "url") != nullptr;
    // An empty object has meant forms since before there were other kinds.
    out.elicitation_form = object(*elicitation, "form") != nullptr || !out.elicitation_url;
  }
  out.sampling = object(capabilities, "sampling") != nullptr;
  out.roots = object(capabilities, "roots") != nullptr;
  if (const Json* extensions = object(capabilities, "extensions")) {
    out.tasks = object(*extensions, kTasksExtension) != nullptr;
  }
  return out;
}

std::optional<InputResponses> input_responses(const Json& responses) {
  if (!responses.is_object()) return std::nullopt;
  InputResponses out;
  for (const auto& [name, response] : responses.items()) {
    if (!response.is_object()) return std::nullopt;
    out.emplace(name, response);
  }
  return out;
}

RpcError unknown_method(std::string_view method) {
  return {.code = kMethodNotFound,
          .message = fmt::format("Method not found: {}", method.substr(0, 100)),
          .http_status = 404};
}

RpcError missing_capability(Json capability) {
  return {.code = kMissingCapability,
          .message = "Missing required client capability: declare it in _meta " + std::string(kMetaCapabilities),
          .data = {{"requiredCapabilities", std::move(capability)}},
          .http_status = 400};
}

std::optional<RpcError> missing_for(const InputRequests& requests, const ClientCapabilities& client) {
  for (const auto& [name, request] : requests) {
    if (request.method == "sampling/createMessage" && !client.sampling) {
      return missing_capability({{"sampling", Json::object()}});
    }
    if (request.method == "roots/list" && !client.roots) return missing_capability({{"roots", Json::object()}});
    if (request.method != "elicitation/create") continue;
    const bool by_url = request.params.value("mode", "form") == "url";
    if (by_url ? !client.elicitation_url : !client.elicitation_form) {
      return missing_capability({{"elicitation", {{by_url ? "url" : "form", Json::object()}}}});
    }
  }
  return std::nullopt;
}

RpcError lacks_scope(std::string_view scope) {
  return {.code = kInvalidRequest,
          .message = fmt::format("this needs the scope {}, which the token does not grant", scope),
          .data = {{"scope", scope}},
          .http_status = 403};
}

}  // namespace call_agent::mcp
