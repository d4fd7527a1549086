#include "mcp/revision.h"

#include <array>
#include <utility>

namespace call_agent::mcp {
namespace {

constexpr std::array kNames{std::pair{Revision::k2025_03_26, std::string_view("2025-03-26")},
                            std::pair{Revision::k2025_06_18, std::string_view("2025-06-18")},
                            std::pair{Revision::k2025_11_25, std::string_view("2025-11-25")},
                            std::pair{Revision::k2026_07_28, std::string_view("2026-07-28")}};

// Tools are fixed for the life of the process, and a client starts a new one after an update.
constexpr int kListTtlMs = 3'600'000;

Json implementation(const ServerInfo& info, Revision revision) {
  Json out{{"name", info.name}, {"version", info.version}};
  if (revision >= Revision::k2025_06_18) out["title"] = info.title;
  return out;
}

// The tools never change while the server runs, so listChanged is not offered.
Json capabilities() {
  return {{"tools", Json::object()}};
}

// Every stateless result says what kind it is and who made it.
void stamp(Json& result, const ServerInfo& info, Revision revision) {
  if (!is_stateless(revision)) return;
  result["resultType"] = "complete";
  result["_meta"] = Json{{kMetaServerInfo, implementation(info, revision)}};
}

void stamp_cache(Json& result, Revision revision) {
  if (!is_stateless(revision)) return;
  result["ttlMs"] = kListTtlMs;
  result["cacheScope"] = "public";
}

Json describe(const Tool& tool, Revision revision) {
  Json out{{"name", tool.name},
           {"description", tool.description},
           {"inputSchema", tool.input_schema},
           {"annotations",
            {{"title", tool.title},
             {"readOnlyHint", tool.annotations.read_only},
             {"destructiveHint", tool.annotations.destructive},
             {"idempotentHint", tool.annotations.idempotent},
             {"openWorldHint", tool.annotations.open_world}}}};
  if (revision >= Revision::k2025_06_18) {
    out["title"] = tool.title;
    if (!tool.output_schema.is_null()) out["outputSchema"] = tool.output_schema;
  }
  return out;
}

}  // namespace

std::string_view to_string(Revision revision) {
  return kNames[static_cast<std::size_t>(revision)].second;
}

std::optional<Revision> revision_from(std::string_view name) {
  for (const auto& [revision, text] : kNames) {
    if (text == name) return revision;
  }
  return std::nullopt;
}

std::string initialize_result(const ServerInfo& info, Revision revision) {
  return dump_json(Json{{"protocolVersion", to_string(revision)},
                        {"capabilities", capabilities()},
                        {"serverInfo", implementation(info, revision)},
                        {"instructions", info.instructions}});
}

std::string discover_result(const ServerInfo& info) {
  Json out{{"supportedVersions", {to_string(Revision::k2026_07_28)}},
           {"capabilities", capabilities()},
           {"instructions", info.instructions}};
  stamp(out, info, Revision::k2026_07_28);
  stamp_cache(out, Revision::k2026_07_28);
  return dump_json(out);
}

std::string tools_result(const ServerInfo& info, std::span<const Tool> tools, Revision revision) {
  Json list = Json::array();
  for (const auto& tool : tools) list.push_back(describe(tool, revision));
  Json out{{"tools", std::move(list)}};
  stamp(out, info, revision);
  stamp_cache(out, revision);
  return dump_json(out);
}

std::string call_result(const ServerInfo& info, const ToolResult& result, Revision revision) {
  Json content = Json::array();
  content.push_back({{"type", "text"}, {"text", result.text}});
  Json out = Json::object();
  if (revision >= Revision::k2025_06_18) {
    for (const auto& link : result.links) {
      content.push_back({{"type", "resource_link"},
                         {"uri", link.uri},
                         {"name", link.name},
                         {"description", link.description},
                         {"mimeType", link.mime_type}});
    }
    if (!result.structured.is_null()) out["structuredContent"] = result.structured;
  }
  out["content"] = std::move(content);
  if (result.is_error) out["isError"] = true;
  stamp(out, info, revision);
  return dump_json(out);
}

std::string empty_result() {
  return "{}";
}

}  // namespace call_agent::mcp
