#include "mcp/client/dialect.h"

#include <algorithm>

#include "mcp/request_context.h"

namespace call_agent::mcp {
namespace {

Json client_info() {
  return {{"name", "call-agent-test-client"}, {"version", "1"}};
}

Json capabilities(const Abilities& abilities) {
  Json out = Json::object();
  if (abilities.forms) out["elicitation"] = {{"form", Json::object()}};
  if (abilities.tasks) out["extensions"] = {{kTasksExtension, Json::object()}};
  return out;
}

bool names_modern(const Json& versions) {
  return versions.is_array() && std::ranges::find(versions, Json(to_string(Revision::k2026_07_28))) != versions.end();
}

}  // namespace

const Json& part(const Json& object, std::string_view name) {
  static const Json kMissing;
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found == object.end() ? kMissing : *found;
}

std::string_view text_part(const Json& object, std::string_view name) {
  const Json& value = part(object, name);
  return value.is_string() ? std::string_view(value.get_ref<const std::string&>()) : std::string_view();
}

Json initialize_params(const Abilities& abilities) {
  return {{"protocolVersion", to_string(kLatestHandshake)},
          {"capabilities", capabilities({.forms = abilities.forms})},
          {"clientInfo", client_info()}};
}

void add_meta(Json& params, const Abilities& abilities) {
  Json& meta = params["_meta"];
  meta[kMetaVersion] = to_string(Revision::k2026_07_28);
  meta[kMetaClientInfo] = client_info();
  meta[kMetaCapabilities] = capabilities(abilities);
  meta[kMetaLogLevel] = to_string(LogLevel::kInfo);
}

std::optional<Revision> agreed_revision(const Json& initialize_result) {
  const auto known = revision_from(text_part(initialize_result, "protocolVersion"));
  return known && !is_stateless(*known) ? known : std::nullopt;
}

bool offers_modern(const Json& discover_result) {
  return names_modern(part(discover_result, "supportedVersions"));
}

bool wants_modern(const RpcError& error) {
  return error.code == kUnsupportedVersion && names_modern(part(error.data, "supported"));
}

bool offers_tasks(const Json& server) {
  return part(part(part(server, "capabilities"), "extensions"), kTasksExtension).is_object();
}

const Json& about_server(const Json& server) {
  const Json& info = part(server, "serverInfo");
  return info.is_null() ? part(part(server, "_meta"), kMetaServerInfo) : info;
}

}  // namespace call_agent::mcp
