#include "mcp/catalog.h"

#include <algorithm>
#include <utility>

#include "mcp/results.h"

namespace call_agent::mcp {
namespace {

// What is fixed for the life of the process is kept this long; a client starts a new one after an update.
constexpr int kFixedListTtlMs = 3'600'000;

Json icons_json(const std::vector<Icon>& icons) {
  Json out = Json::array();
  for (const auto& icon : icons) {
    Json one{{"src", icon.src}};
    if (!icon.mime_type.empty()) one["mimeType"] = icon.mime_type;
    if (!icon.sizes.empty()) one["sizes"] = icon.sizes;
    if (!icon.theme.empty()) one["theme"] = icon.theme;
    out.push_back(std::move(one));
  }
  return out;
}

Json implementation(const ServerInfo& info, Revision revision) {
  Json out{{"name", info.name}, {"version", info.version}};
  if (revision >= Revision::k2025_06_18) out["title"] = info.title;
  if (revision >= Revision::k2025_11_25) {
    if (!info.icons.empty()) out["icons"] = icons_json(info.icons);
    if (!info.website.empty()) out["websiteUrl"] = info.website;
  }
  return out;
}

Json list_capability(bool changes) {
  return changes ? Json{{"listChanged", true}} : Json::object();
}

Json capabilities(const Offer& offer, Revision revision) {
  const bool told = offer.changes != nullptr;
  Json out = Json::object();
  if (!offer.tools.empty()) out["tools"] = list_capability(told && offer.tools_change);
  if (!offer.prompts.empty()) out["prompts"] = list_capability(told && offer.prompts_change);
  if (offer.resources) {
    out["resources"] = list_capability(told && offer.resources_change);
    if (told) out["resources"]["subscribe"] = true;
  }
  if (offer.complete) out["completions"] = Json::object();
  if (offer.logs) out["logging"] = Json::object();
  if (offer.tasks && is_stateless(revision)) out["extensions"] = {{kTasksExtension, Json::object()}};
  return out;
}

// `json` is an object: its members without the braces.
std::string members_of(const Json& json) {
  std::string text = dump_json(json);
  return text.substr(1, text.size() - 2);
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
  if (revision >= Revision::k2025_11_25 && !tool.icons.empty()) out["icons"] = icons_json(tool.icons);
  return out;
}

Json describe(const Prompt& prompt, Revision revision) {
  Json arguments = Json::array();
  for (const auto& argument : prompt.arguments) {
    arguments.push_back(
        {{"name", argument.name}, {"description", argument.description}, {"required", argument.required}});
  }
  Json out{{"name", prompt.name}, {"description", prompt.description}, {"arguments", std::move(arguments)}};
  if (revision >= Revision::k2025_06_18) out["title"] = prompt.title;
  if (revision >= Revision::k2025_11_25 && !prompt.icons.empty()) out["icons"] = icons_json(prompt.icons);
  return out;
}

Json describe(const ResourceTemplate& resource, Revision revision) {
  Json out{{"uriTemplate", resource.uri_template},
           {"name", resource.name},
           {"description", resource.description},
           {"mimeType", resource.mime_type}};
  if (revision >= Revision::k2025_06_18) out["title"] = resource.title;
  return out;
}

template <class Items>
std::string list_members(std::string_view name, const Items& items, Revision revision, bool may_change) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(describe(item, revision));
  return "\"" + std::string(name) + "\":" + dump_json(list) +
         cache_members(revision, may_change ? 0 : kFixedListTtlMs, true);
}

std::string& at(std::array<std::string, kRevisions>& lists, Revision revision) {
  return lists[static_cast<std::size_t>(revision)];
}

}  // namespace

Catalog::Catalog(Offer offer) : offer_(std::move(offer)) {}

const Tool* Catalog::find_tool(std::string_view name) const {
  const auto found = std::ranges::find(offer_.tools, name, &Tool::name);
  return found == offer_.tools.end() ? nullptr : &*found;
}

const Prompt* Catalog::find_prompt(std::string_view name) const {
  const auto found = std::ranges::find(offer_.prompts, name, &Prompt::name);
  return found == offer_.prompts.end() ? nullptr : &*found;
}

std::string Catalog::tool_names() const {
  std::string out;
  for (const auto& tool : offer_.tools) out += (out.empty() ? "" : ", ") + tool.name;
  return out;
}

const std::string& Catalog::initialize_result(Revision revision) const {
  auto& text = at(initialize_, revision);
  if (text.empty()) {
    text = dump_json({{"protocolVersion", to_string(revision)},
                      {"capabilities", capabilities(offer_, revision)},
                      {"serverInfo", implementation(info(), revision)},
                      {"instructions", info().instructions}});
  }
  return text;
}

const std::string& Catalog::discover_result() const {
  if (discover_.empty()) {
    constexpr auto kRevision = Revision::k2026_07_28;
    const Json members{{"supportedVersions", {to_string(kRevision)}},
                       {"capabilities", capabilities(offer_, kRevision)},
                       {"instructions", info().instructions}};
    discover_ = result(members_of(members) + cache_members(kRevision, kFixedListTtlMs, true), kRevision);
  }
  return discover_;
}

const std::string& Catalog::tools_list(Revision revision) const {
  auto& text = at(tools_, revision);
  if (text.empty()) text = result(list_members("tools", offer_.tools, revision, offer_.tools_change), revision);
  return text;
}

const std::string& Catalog::prompts_list(Revision revision) const {
  auto& text = at(prompts_, revision);
  if (text.empty()) text = result(list_members("prompts", offer_.prompts, revision, offer_.prompts_change), revision);
  return text;
}

const std::string& Catalog::templates_list(Revision revision) const {
  auto& text = at(templates_, revision);
  if (text.empty()) {
    text = result(list_members("resourceTemplates", offer_.resources->templates(), revision, false), revision);
  }
  return text;
}

std::string Catalog::result(std::string_view members, Revision revision, std::string_view type) const {
  std::string out = "{";
  out += members;
  if (is_stateless(revision)) {
    if (!members.empty()) out += ',';
    out.append(R"("resultType":")").append(type).append("\",").append(stamp());
  }
  out += '}';
  return out;
}

const std::string& Catalog::stamp() const {
  if (stamp_.empty()) {
    // What tells whose result it is; its looks are in server/discover, once.
    const Json who{{"name", info().name}, {"version", info().version}};
    stamp_ = members_of({{"_meta", {{kMetaServerInfo, who}}}});
  }
  return stamp_;
}

}  // namespace call_agent::mcp
