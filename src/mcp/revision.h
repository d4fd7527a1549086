#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mcp/tool.h"

/// What differs between revisions of MCP: which fields a client of each understands.
namespace call_agent::mcp {

/// Ascending. Up to 2025-11-25 a connection starts with `initialize`; 2026-07-28 has none: every request says its
/// revision itself.
enum class Revision : std::uint8_t { k2025_03_26, k2025_06_18, k2025_11_25, k2026_07_28 };

inline constexpr Revision kLatestHandshake = Revision::k2025_11_25;

std::string_view to_string(Revision revision);
std::optional<Revision> revision_from(std::string_view name);
inline bool is_stateless(Revision revision) {
  return revision >= Revision::k2026_07_28;
}

/// Keys of `_meta` that revision 2026-07-28 reserves.
inline constexpr std::string_view kMetaVersion = "io.modelcontextprotocol/protocolVersion";
inline constexpr std::string_view kMetaCapabilities = "io.modelcontextprotocol/clientCapabilities";
inline constexpr std::string_view kMetaServerInfo = "io.modelcontextprotocol/serverInfo";

struct ServerInfo {
  std::string name;
  std::string title;
  std::string version;
  std::string instructions;  ///< For the model that will use the tools.
};

/// Results as JSON text.
std::string initialize_result(const ServerInfo& info, Revision revision);
std::string discover_result(const ServerInfo& info);
std::string tools_result(const ServerInfo& info, std::span<const Tool> tools, Revision revision);
std::string call_result(const ServerInfo& info, const ToolResult& result, Revision revision);
std::string empty_result();

}  // namespace call_agent::mcp
