#include "app/mcp_client/schema_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/terminal_text.h"
#include "mcp/client/dialect.h"

namespace call_agent::app {
namespace {

using mcp::part;
using mcp::text_part;

constexpr std::size_t kMostChoices = 16;
constexpr std::size_t kLongestType = 160;
constexpr std::size_t kLongestName = 60;
constexpr int kDeepest = 4;

std::string describe(const Json& schema, int depth);

std::string joined(const Json& choices, std::string_view between, int depth,
                   std::string (*one)(const Json& choice, int depth)) {
  std::string out;
  std::size_t shown = 0;
  for (const auto& choice : choices) {
    if (!out.empty()) out += between;
    if (shown++ == kMostChoices) return out + "…";
    out += one(choice, depth);
  }
  return out;
}

std::string value_text(const Json& value, int) {
  return dump_json(value);
}

std::string name_text(const Json& value, int) {
  return value.is_string() ? value.get<std::string>() : "?";
}

/// "const" with its title in the enums of forms.
std::string alternative(const Json& schema, int depth) {
  const Json& constant = part(schema, "const");
  if (constant.is_null()) return describe(schema, depth);
  const auto title = text_part(schema, "title");
  return title.empty() ? dump_json(constant) : fmt::format("{} ({})", dump_json(constant), title);
}

std::string range(const Json& schema) {
  const Json& least = part(schema, "minimum");
  const Json& most = part(schema, "maximum");
  if (least.is_number() && most.is_number()) return fmt::format(" {} to {}", dump_json(least), dump_json(most));
  if (least.is_number()) return fmt::format(" from {}", dump_json(least));
  if (most.is_number()) return fmt::format(" to {}", dump_json(most));
  return {};
}

/// "object {name, age?}"
std::string object_text(const Json& schema) {
  std::string out = "object {";
  for (const auto& name : member_names(schema)) {
    out += fmt::format("{}{}{}", out.ends_with('{') ? "" : ", ", name, is_required(schema, name) ? "" : "?");
  }
  return out + "}";
}

std::string describe(const Json& schema, int depth) {
  if (depth > kDeepest) return "…";
  if (const Json& choices = part(schema, "enum"); choices.is_array()) return joined(choices, " | ", depth, value_text);
  if (const Json& constant = part(schema, "const"); !constant.is_null()) return dump_json(constant);
  for (const auto* either : {"anyOf", "oneOf"}) {
    if (const Json& choices = part(schema, either); choices.is_array()) {
      return joined(choices, " | ", depth + 1, alternative);
    }
  }
  if (const auto reference = text_part(schema, "$ref"); !reference.empty()) {
    return std::string(reference.substr(reference.rfind('/') + 1));
  }
  const Json& type = part(schema, "type");
  if (type.is_array()) return joined(type, " | ", depth, name_text);
  if (!type.is_string()) return "any";
  const auto& name = type.get_ref<const std::string&>();
  if (name == "array" && part(schema, "items").is_object()) {
    return "array of " + describe(part(schema, "items"), depth + 1);
  }
  if (name == "object" && part(schema, "properties").is_object()) return object_text(schema);
  const auto format = text_part(schema, "format");
  return name + range(schema) + (format.empty() ? "" : fmt::format(" ({})", format));
}

}  // namespace

std::string type_text(const Json& schema) {
  return printable(describe(schema, 0), kLongestType);
}

bool is_required(const Json& object_schema, std::string_view name) {
  const Json& required = part(object_schema, "required");
  return required.is_array() && std::ranges::find(required, Json(name)) != required.end();
}

bool wants_only_text(const Json& schema) {
  if (part(schema, "type") == "string") return true;
  const Json& choices = part(schema, "enum");
  return choices.is_array() && !choices.empty() &&
         std::ranges::all_of(choices, [](const Json& choice) { return choice.is_string(); });
}

std::vector<std::string> member_names(const Json& object_schema) {
  std::vector<std::string> out;
  const Json& members = part(object_schema, "properties");
  if (!members.is_object()) return out;
  for (const bool required : {true, false}) {
    for (const auto& [name, schema] : members.items()) {
      if (is_required(object_schema, name) == required) out.push_back(name);
    }
  }
  return out;
}

std::string members_text(const Json& object_schema, std::string_view indent) {
  const auto names = member_names(object_schema);
  std::size_t widest = 0;
  for (const auto& name : names) widest = std::max(widest, printable(name, kLongestName).size());
  std::string out;
  for (const auto& name : names) {
    const Json& schema = object_schema["properties"][name];
    std::string line = fmt::format("{}{:<{}}  {}", indent, printable(name, kLongestName), widest, type_text(schema));
    if (is_required(object_schema, name)) line += ", required";
    if (const Json& otherwise = part(schema, "default"); !otherwise.is_null()) {
      line += ", default " + printable(dump_json(otherwise), kLongestType);
    }
    if (const auto words = text_part(schema, "description"); !words.empty()) line += ": " + printable(words);
    out += line + "\n";
  }
  return out;
}

}  // namespace call_agent::app
