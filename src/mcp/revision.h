#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace call_agent::mcp {

/// Ascending. Up to 2025-11-25 a connection starts with `initialize`; 2026-07-28 has none: every request says its
/// revision itself.
enum class Revision : std::uint8_t { k2025_03_26, k2025_06_18, k2025_11_25, k2026_07_28 };

inline constexpr std::size_t kRevisions = 4;
inline constexpr Revision kLatestHandshake = Revision::k2025_11_25;

std::string_view to_string(Revision revision);
std::optional<Revision> revision_from(std::string_view name);
inline bool is_stateless(Revision revision) {
  return revision >= Revision::k2026_07_28;
}

/// Keys of `_meta` that revision 2026-07-28 reserves.
inline constexpr std::string_view kMetaVersion = "io.modelcontextprotocol/protocolVersion";
inline constexpr std::string_view kMetaCapabilities = "io.modelcontextprotocol/clientCapabilities";
inline constexpr std::string_view kMetaClientInfo = "io.modelcontextprotocol/clientInfo";
inline constexpr std::string_view kMetaServerInfo = "io.modelcontextprotocol/serverInfo";
inline constexpr std::string_view kMetaLogLevel = "io.modelcontextprotocol/logLevel";
inline constexpr std::string_view kMetaSubscription = "io.modelcontextprotocol/subscriptionId";

inline constexpr std::string_view kTasksExtension = "io.modelcontextprotocol/tasks";

}  // namespace call_agent::mcp
