#include "app/client_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/json.h"

namespace call_agent::app {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::string_view kName = "call-agent";

struct Variable {
  std::string name;
  std::string value;
  std::string ask;  ///< What a client that keeps secrets itself asks its user for; empty if this is none.
};

std::vector<Variable> variables(const Settings& settings) {
  std::vector<Variable> all{{"LIVEKIT_URL", "wss://YOUR-PROJECT.livekit.cloud", ""},
                            {"LIVEKIT_API_KEY", "YOUR-API-KEY", "LiveKit API key"},
                            {"LIVEKIT_API_SECRET", "YOUR-API-SECRET", "LiveKit API secret"},
                            {"SIP_OUTBOUND_TRUNK_ID", "ST_YOUR-TRUNK", ""}};
  for (auto& variable : all) variable.value = settings.get_or(variable.name, variable.value);
  // A client starts the server in a folder of its own: the call log must still be the worker's.
  if (const auto home = settings.get("CALL_AGENT_HOME")) all.push_back({"CALL_AGENT_HOME", *home, ""});
  return all;
}

std::string pretty(const OrderedJson& json) {
  return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace);
}

std::string mcp_servers(OrderedJson entry) {
  OrderedJson config;
  config["mcpServers"][kName] = std::move(entry);
  return pretty(config);
}

// Claude Desktop and Cursor.
std::string mcp_servers_config(const std::vector<Variable>& variables, const std::string& executable) {
  OrderedJson entry{{"command", executable}, {"args", {"server"}}};
  for (const auto& variable : variables) entry["env"][variable.name] = variable.value;
  return mcp_servers(std::move(entry));
}

std::string vscode_config(const std::vector<Variable>& variables, const std::string& executable) {
  OrderedJson entry{{"type", "stdio"}, {"command", executable}, {"args", {"server"}}};
  OrderedJson inputs = OrderedJson::array();
  for (const auto& variable : variables) {
    if (variable.ask.empty()) {
      entry["env"][variable.name] = variable.value;
      continue;
    }
    entry["env"][variable.name] = fmt::format("${{input:{}}}", variable.name);
    inputs.push_back(
        {{"type", "promptString"}, {"id", variable.name}, {"description", variable.ask}, {"password", true}});
  }
  OrderedJson config;
  config["inputs"] = std::move(inputs);
  config["servers"][kName] = std::move(entry);
  return pretty(config);
}

// For a POSIX shell: nothing within single quotes means anything but the single quote itself.
std::string shell_word(std::string_view word) {
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += R"('\'')";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

// Claude Code takes as many values after --env as there are words: another option must stand before the name.
std::string claude_code_command(const std::vector<Variable>& variables, const std::string& executable) {
  std::string command = "claude mcp add --scope user";
  for (const auto& variable : variables) {
    command += " --env " + shell_word(fmt::format("{}={}", variable.name, variable.value));
  }
  return fmt::format("{} --transport stdio {} -- {} server", command, kName, shell_word(executable));
}

// A basic string of TOML 1.0: JSON's escapes are among its own, but DEL may not stand bare.
std::string toml_string(const std::string& text) {
  std::string quoted;
  for (const char c : dump_json(text)) {
    if (c == '\x7f') {
      quoted += "\\u007f";
    } else {
      quoted += c;
    }
  }
  return quoted;
}

std::string codex_config(const std::vector<Variable>& variables, const std::string& executable) {
  std::string config = fmt::format("[mcp_servers.{0}]\ncommand = {1}\nargs = [\"server\"]\n\n[mcp_servers.{0}.env]",
                                   kName, toml_string(executable));
  for (const auto& variable : variables) {
    config += fmt::format("\n{} = {}", variable.name, toml_string(variable.value));
  }
  return config;
}

std::unexpected<Error> unknown_client(std::string_view client) {
  return fail(Errc::kInvalidArgument, fmt::format("{} is no client whose configuration is known; known are {}", client,
                                                  fmt::join(kConfigurableClients, ", ")));
}

bool is_http_url(std::string_view url) {
  const bool printable = std::ranges::all_of(url, [](unsigned char c) { return c > ' ' && c < 0x7f; });
  return printable && (url.starts_with("http://") || url.starts_with("https://"));
}

}  // namespace

Result<std::string> client_config(std::string_view client, const Settings& settings,
                                  const std::filesystem::path& executable) {
  const auto all = variables(settings);
  if (client == "claude-desktop" || client == "cursor") return mcp_servers_config(all, executable.string());
  if (client == "claude-code") return claude_code_command(all, executable.string());
  if (client == "vscode") return vscode_config(all, executable.string());
  if (client == "codex") return codex_config(all, executable.string());
  return unknown_client(client);
}

Result<std::string> remote_client_config(std::string_view client, std::string_view url) {
  if (!is_http_url(url)) {
    return fail(Errc::kInvalidArgument, "--http must be the server's URL, like https://calls.example.com/mcp");
  }
  const std::string address(url);
  if (client == "cursor") return mcp_servers({{"url", address}});
  if (client == "claude-code") {
    return fmt::format("claude mcp add --scope user --transport http {} {}", kName, shell_word(address));
  }
  if (client == "vscode") {
    OrderedJson config;
    config["servers"][kName] = {{"type", "http"}, {"url", address}};
    return pretty(config);
  }
  if (client == "codex") return fmt::format("[mcp_servers.{}]\nurl = {}", kName, toml_string(address));
  if (client == "claude-desktop") {
    return fail(Errc::kInvalidArgument,
                "the file of Claude Desktop takes no remote servers: add the URL in its Settings, under Connectors");
  }
  return unknown_client(client);
}

}  // namespace call_agent::app
