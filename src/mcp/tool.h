#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/asio.h"
#include "core/json.h"

namespace call_agent::mcp {

struct ResourceLink {
  std::string uri;
  std::string name;
  std::string description;
  std::string mime_type;
};

/// What a tool answers: text for the model, and the same as structured content for programs.
struct ToolResult {
  std::string text;
  Json structured = nullptr;  ///< An object that fits the tool's output schema, or null.
  std::vector<ResourceLink> links;
  bool is_error = false;

  /// A refusal the model can act on: `text` says what was wrong and how to mend it.
  static ToolResult error(std::string text) { return {.text = std::move(text), .is_error = true}; }
};

/// Hints to the client; all four are always sent.
struct ToolAnnotations {
  bool read_only = false;
  bool destructive = true;
  bool idempotent = false;
  bool open_world = true;
};

/// One call in progress, as its handler sees it.
class ToolContext {
 public:
  using Report = std::function<void(double progress, std::optional<double> total, std::string_view message)>;
  /// `report` is empty if the client asked for no progress.
  explicit ToolContext(Report report) : report_(std::move(report)) {}

  bool wants_progress() const { return static_cast<bool>(report_); }
  /// Tells the client how far the call is. `progress` must grow from one report to the next.
  void progress(double progress, std::optional<double> total, std::string_view message) const {
    if (report_) report_(progress, total, message);
  }

 private:
  Report report_;
};

/// Runs one call. `arguments` fit the input schema. Cancelled through its coroutine's cancellation slot when the client
/// cancels or leaves: what must outlive the request belongs to somebody else's task group.
using ToolHandler = std::function<awaitable<ToolResult>(Json arguments, const ToolContext& context)>;

struct Tool {
  std::string name;  ///< verb_noun
  std::string title;
  std::string description;
  Json input_schema;   ///< JSON Schema of an object.
  Json output_schema;  ///< Likewise, or null.
  ToolAnnotations annotations;
  ToolHandler handler;
};

}  // namespace call_agent::mcp
