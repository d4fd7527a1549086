#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "mcp/catalog.h"
#include "mcp/jsonrpc.h"
#include "mcp/revision.h"
#include "mcp/work.h"

/// Reads requests into what they ask for. Pure; every byte may come from a hostile client.
namespace call_agent::mcp {

/// A member of an object; null if absent.
const Json* member(const Json& object, std::string_view name);
/// The member `_meta` of params if it is an object; null otherwise.
const Json* meta_of(const Json& params);

std::optional<LogLevel> log_level_from(const Json& name);
/// Of `initialize`, or of a request's `_meta`.
ClientCapabilities client_capabilities(const Json& capabilities);
/// Empty unless `responses` is an object of objects.
std::optional<InputResponses> input_responses(const Json& responses);

RpcError unknown_method(std::string_view method);
/// The client has not declared what the answer needs; `capability` is such as {"sampling": {}}.
RpcError missing_capability(Json capability);
/// The first capability `requests` need that `client` lacks.
std::optional<RpcError> missing_for(const InputRequests& requests, const ClientCapabilities& client);
RpcError lacks_scope(std::string_view scope);

/// Whom a request comes from, in what language.
struct Asker {
  Revision revision;
  const Principal& principal;
  const ClientCapabilities& client;
};

/// Reads the requests that touch nothing but the catalog. `params` are moved out of where they are large.
Reading read_request(const Catalog& catalog, Request& request, const Asker& asker);

/// What of `filter` this server can tell, and may tell `principal`.
ChangeFilter honoured(const Catalog& catalog, ChangeFilter filter, const Principal& principal);

}  // namespace call_agent::mcp
