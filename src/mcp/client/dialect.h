#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/json.h"
#include "mcp/jsonrpc.h"
#include "mcp/revision.h"

/// How a client says things in each era of MCP, and reads what comes back. Pure; a server may say anything.
namespace call_agent::mcp {

/// Which revisions a client tries.
enum class Era : std::uint8_t {
  kAuto,    ///< 2026-07-28, and `initialize` where the server does not know it.
  kModern,  ///< 2026-07-28 alone.
  kLegacy,  ///< `initialize` alone.
};

/// What a client can do for a server.
struct Abilities {
  bool forms = false;  ///< Somebody answers them.
  bool tasks = false;  ///< The extension, for this request; 2026-07-28 only.
};

Json initialize_params(const Abilities& abilities);
/// What 2026-07-28 wants in `_meta` of every request, put there.
void add_meta(Json& params, const Abilities& abilities);

/// The revision `initialize` agreed on; empty if it is none of ours.
std::optional<Revision> agreed_revision(const Json& initialize_result);
/// Whether a result of server/discover offers 2026-07-28.
bool offers_modern(const Json& discover_result);
/// Whether an error says that the server speaks 2026-07-28 and no more of what was asked.
bool wants_modern(const RpcError& error);

/// A member of whatever a server sent; null if it is no object or has none.
const Json& part(const Json& object, std::string_view name);
/// A string member; empty if there is none.
std::string_view text_part(const Json& object, std::string_view name);

/// Whether the server has the extension for tasks.
bool offers_tasks(const Json& server);
/// `serverInfo`, wherever the era keeps it.
const Json& about_server(const Json& server);

}  // namespace call_agent::mcp
