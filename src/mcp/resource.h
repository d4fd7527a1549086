#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/asio.h"
#include "core/result.h"
#include "mcp/content.h"
#include "mcp/request_context.h"

namespace call_agent::mcp {

struct Resource {
  std::string uri;
  std::string name;
  std::string title;
  std::string description;
  std::string mime_type;
  std::optional<std::int64_t> size;  ///< Bytes, before any encoding.
};

/// A family of resources: RFC 6570, such as call://{id}/transcript.
struct ResourceTemplate {
  std::string uri_template;
  std::string name;
  std::string title;
  std::string description;
  std::string mime_type;
};

struct ResourcePage {
  std::vector<Resource> resources;
  std::string next_cursor;  ///< Empty on the last page.
};

/// What can be read beside the tools. Every method answers for the context's principal only: another's resource does
/// not exist.
class ResourceProvider {
 public:
  virtual ~ResourceProvider() = default;
  /// `cursor` is empty for the first page. Errors: kInvalidArgument (a cursor it never gave).
  virtual awaitable<Result<ResourcePage>> list(std::string cursor, const RequestContext& context) = 0;
  /// Fixed for the life of the process.
  virtual std::vector<ResourceTemplate> templates() const = 0;
  /// Never empty. Errors: kNotFound.
  virtual awaitable<Result<std::vector<ResourceContents>>> read(std::string uri, const RequestContext& context) = 0;
};

}  // namespace call_agent::mcp
