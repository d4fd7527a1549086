#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/settings.h"

namespace call_agent::app {

/// The MCP clients whose configuration we write. Where each reads it, from its vendor's documentation of 2026:
/// claude-desktop in claude_desktop_config.json, cursor in ~/.cursor/mcp.json, vscode in .vscode/mcp.json, codex in
/// ~/.codex/config.toml; claude-code takes a command line, quoted for a POSIX shell.
inline constexpr std::array<std::string_view, 5> kConfigurableClients{"claude-desktop", "claude-code", "cursor",
                                                                      "vscode", "codex"};

/// A client's configuration for the server it starts itself, ready to paste: `executable` with the variables it needs,
/// their values where `settings` has them and a placeholder where not. It holds the API secret: print it only when
/// asked to. For vscode it does not: that client asks its user for the key and the secret, and keeps them. Errors:
/// kInvalidArgument for a client not among kConfigurableClients.
Result<std::string> client_config(std::string_view client, const Settings& settings,
                                  const std::filesystem::path& executable);

/// The same for a server that is reached by HTTP at `url`, such as "https://calls.example.com/mcp". Each of these
/// clients finds the way to authorize from the server's answer. Errors: kInvalidArgument for such a client, for a URL
/// that is not http:// or https://, and for claude-desktop, whose file takes no remote servers; it says where that
/// client takes them.
Result<std::string> remote_client_config(std::string_view client, std::string_view url);

}  // namespace call_agent::app
