#include <utility>

#include "core/clock.h"
#include "mcp/conformance/fixtures.h"

namespace call_agent::mcp::conformance {
namespace {

constexpr milliseconds kStep{50};

// A handler that answers at once, whatever it is given.
ToolHandler always(ToolResult result) {
  auto answer = [](ToolResult same) -> awaitable<ToolOutcome> { co_return same; };
  return [answer, result = std::move(result)](Json, const RequestContext&) { return answer(result); };
}

ToolResult only(Content content) {
  return {.text = {}, .more = {std::move(content)}};
}

Tool tool(std::string name, std::string description, ToolHandler handler, Json schema = {{"type", "object"}}) {
  return {.name = std::move(name),
          .title = "",
          .description = std::move(description),
          .input_schema = std::move(schema),
          .output_schema = nullptr,
          .annotations = {.read_only = true, .destructive = false, .idempotent = true, .open_world = false},
          .handler = std::move(handler)};
}

awaitable<ToolOutcome> log_three_times(const RequestContext& context) {
  context.log(LogLevel::kInfo, "test", "Tool execution started");
  co_await sleep_for(kStep);
  context.log(LogLevel::kInfo, "test", "Tool processing data");
  co_await sleep_for(kStep);
  context.log(LogLevel::kInfo, "test", "Tool execution completed");
  co_return ToolResult{.text = "Logged three times."};
}

awaitable<ToolOutcome> report_progress(const RequestContext& context) {
  context.progress(0, 100, "");
  co_await sleep_for(kStep);
  context.progress(50, 100, "");
  co_await sleep_for(kStep);
  context.progress(100, 100, "");
  co_return ToolResult{.text = "Reported progress."};
}

awaitable<ToolOutcome> change_tools(ChangeHub& hub) {
  hub.tools_changed();
  co_return ToolResult{.text = "The list of tools has changed."};
}

awaitable<ToolOutcome> change_prompts(ChangeHub& hub) {
  hub.prompts_changed();
  co_return ToolResult{.text = "The list of prompts has changed."};
}

constexpr std::string_view kSchema2020 = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "$defs": {"address": {"$anchor": "addressDef", "type": "object",
                        "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
  "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"},
                 "contactMethod": {"type": "string", "enum": ["phone", "email"]},
                 "phone": {"type": "string"}, "email": {"type": "string"}},
  "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
  "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
  "then": {"required": ["phone"]},
  "else": {"required": ["email"]},
  "additionalProperties": false
})json";

}  // namespace

std::vector<Tool> tools(ChangeHub& hub) {
  const TextContent text{"Multiple content types test:"};
  const ResourceContents embedded{
      .uri = "test://embedded-resource", .mime_type = "text/plain", .data = "This is an embedded resource content."};
  const ResourceContents mixed{.uri = "test://mixed-content-resource",
                               .mime_type = "application/json",
                               .data = R"({"test":"data","value":123})"};
  ToolResult all{.text = {}, .more = {text, ImageContent{kPixel, "image/png"}, mixed}};
  const auto logs = [](Json, const RequestContext& context) { return log_three_times(context); };
  return {
      tool("test_simple_text", "Returns text", always({.text = "This is a simple text response for testing."})),
      tool("test_image_content", "Returns an image", always(only(ImageContent{kPixel, "image/png"}))),
      tool("test_audio_content", "Returns sound", always(only(AudioContent{kSilence, "audio/wav"}))),
      tool("test_embedded_resource", "Returns a resource", always(only(embedded))),
      tool("test_multiple_content_types", "Returns text, an image and a resource", always(std::move(all))),
      tool("test_error_handling", "Returns an error",
           always(ToolResult::error("This tool intentionally returns an error for testing"))),
      tool("test_tool_with_logging", "Logs", logs),
      tool("test_logging_tool", "Logs", logs),
      tool("test_tool_with_progress", "Reports progress",
           [](Json, const RequestContext& context) { return report_progress(context); }),
      tool("test_trigger_tool_change", "Says that the tools have changed",
           [&hub](Json, const RequestContext&) { return change_tools(hub); }),
      tool("test_trigger_prompt_change", "Says that the prompts have changed",
           [&hub](Json, const RequestContext&) { return change_prompts(hub); }),
      tool("json_schema_2020_12_tool", "Tool with JSON Schema 2020-12 features", always({.text = "ok"}),
           Json::parse(kSchema2020)),
      tool("test_x_mcp_header", "Has an argument that a header repeats", always({.text = "ok"}),
           {{"type", "object"}, {"properties", {{"region", {{"type", "string"}, {"x-mcp-header", "Region"}}}}}}),
  };
}

}  // namespace call_agent::mcp::conformance
