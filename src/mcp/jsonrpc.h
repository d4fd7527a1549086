#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/json.h"

/// JSON-RPC 2.0 (jsonrpc.org/specification) as MCP narrows it: ids are strings or integers, params are objects.
/// Pure: no I/O. Every byte may come from a hostile peer.
namespace call_agent::mcp {

/// The longest message either side accepts, in bytes.
inline constexpr std::size_t kMaxMessage = 4 * 1024 * 1024;
inline constexpr std::size_t kMaxDepth = 64;
inline constexpr std::size_t kMaxBatch = 64;
inline constexpr std::size_t kMaxId = 1024;

inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternalError = -32603;
inline constexpr int kTooManyRequests = -32000;   ///< In the band left to implementations.
inline constexpr int kResourceNotFound = -32002;  ///< Up to 2025-11-25; since then it is kInvalidParams.
inline constexpr int kHeaderMismatch = -32020;    ///< This and the next two: MCP 2026-07-28.
inline constexpr int kMissingCapability = -32021;
inline constexpr int kUnsupportedVersion = -32022;

inline constexpr int kBadRequest = 400;  ///< Of HTTP.

struct RpcError {
  int code = kInternalError;
  std::string message;
  Json data = nullptr;    ///< Left out of the answer when null.
  int http_status = 200;  ///< What Streamable HTTP answers with, where the revision or the authorization asks for one.
};

/// An id as JSON text: `7` or `"a"`. Echoed as it is, and a key for calls in progress.
using RpcId = std::string;
inline constexpr std::string_view kNullId = "null";

struct Request {
  RpcId id;
  std::string method;
  Json params;  ///< Always an object; empty if the peer sent none.
};
struct Notification {
  std::string method;
  Json params;
};
struct Response {
  RpcId id;  ///< kNullId if the peer could not tell which request was wrong.
  std::variant<Json, RpcError> outcome;
};
/// What cannot be understood, with the answer it deserves.
struct Malformed {
  RpcId id{kNullId};  ///< The sender's, where it could be read.
  RpcError error;
};

using Message = std::variant<Request, Notification, Response, Malformed>;

struct Incoming {
  std::vector<Message> messages;
  bool batch = false;  ///< A JSON array, which MCP allows in revision 2025-03-26 only.
};

/// Reads one line. Never throws; anything wrong becomes a Malformed.
Incoming decode(std::string_view line);

/// An id as it appears in params, such as notifications/cancelled's requestId. Empty if it is none.
RpcId id_text(const Json& id);

/// An error object as JSON text.
std::string error_json(const RpcError& error);

/// One message without its newline. `result` and `params` are JSON text.
std::string encode_result(std::string_view id, std::string_view result);
std::string encode_error(std::string_view id, const RpcError& error);
std::string encode_notification(std::string_view method, std::string_view params);
std::string encode_request(std::string_view id, std::string_view method, std::string_view params);

}  // namespace call_agent::mcp
