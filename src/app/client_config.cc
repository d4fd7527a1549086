#include "app/client_config.h"

#include <array>
#include <string_view>
#include <utility>

#include "core/json.h"

namespace call_agent::app {
namespace {

constexpr std::array kVariables{
    std::pair{"LIVEKIT_URL", "wss://YOUR-PROJECT.livekit.cloud"}, std::pair{"LIVEKIT_API_KEY", "YOUR-API-KEY"},
    std::pair{"LIVEKIT_API_SECRET", "YOUR-API-SECRET"}, std::pair{"SIP_OUTBOUND_TRUNK_ID", "ST_YOUR-TRUNK"}};

}  // namespace

std::string claude_desktop_config(const Settings& settings, const std::filesystem::path& executable) {
  nlohmann::ordered_json environment;
  for (const auto& [name, placeholder] : kVariables) environment[name] = settings.get_or(name, placeholder);
  // A client starts the server in a folder of its own: the call log must still be the worker's.
  if (const auto home = settings.get("CALL_AGENT_HOME")) environment["CALL_AGENT_HOME"] = *home;
  nlohmann::ordered_json entry;
  entry["command"] = executable.string();
  entry["args"] = {"server"};
  entry["env"] = std::move(environment);
  nlohmann::ordered_json config;
  config["mcpServers"]["call-agent"] = std::move(entry);
  return config.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace call_agent::app
