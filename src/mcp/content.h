#pragma once

#include <string>
#include <variant>
#include <vector>

namespace call_agent::mcp {

struct TextContent {
  std::string text;
};
struct ImageContent {
  std::string data;  ///< Base64.
  std::string mime_type;
};
struct AudioContent {
  std::string data;  ///< Base64.
  std::string mime_type;
};
/// Where the client can read more.
struct ResourceLink {
  std::string uri;
  std::string name;
  std::string description;
  std::string mime_type;
};
/// What a resource holds: text, or bytes.
struct ResourceContents {
  std::string uri;
  std::string mime_type;
  std::string data;  ///< Text, or base64 if `binary`.
  bool binary = false;
};

using Content = std::variant<TextContent, ImageContent, AudioContent, ResourceLink, ResourceContents>;

/// A picture clients may show beside a name.
struct Icon {
  std::string src;  ///< An https: or data: URI.
  std::string mime_type;
  std::vector<std::string> sizes;  ///< "48x48", or "any" for a scalable one.
  std::string theme;               ///< "light", "dark", or empty for either.
};

}  // namespace call_agent::mcp
