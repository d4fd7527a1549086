#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/json.h"
#include "mcp/content.h"

namespace call_agent::mcp {

/// What a tool answers: text for the model, and the same as structured content for programs.
struct ToolResult {
  std::string text;
  Json structured = nullptr;  ///< An object that fits the tool's output schema, or null.
  std::vector<ResourceLink> links;
  bool is_error = false;
  std::vector<Content> more;  ///< After the text: pictures, sound, embedded resources.

  /// A refusal the model can act on: `text` says what was wrong and how to mend it.
  static ToolResult error(std::string text) {
    ToolResult result;
    result.text = std::move(text);
    result.is_error = true;
    return result;
  }
};

}  // namespace call_agent::mcp
