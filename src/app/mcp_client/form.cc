#include "app/mcp_client/form.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "app/mcp_client/schema_text.h"
#include "mcp/client/dialect.h"

namespace call_agent::app {
namespace {

using mcp::part;
using mcp::text_part;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

Error would_do(const Json& schema) {
  return {Errc::kInvalidArgument, "this wants " + type_text(schema)};
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// The choice that `text` names, among the ways MCP has to write a choice; null for a field without any.
std::optional<Json> chosen(const Json& schema, std::string_view text) {
  const Json& values = part(schema, "enum");
  const Json& titles = part(schema, "enumNames");
  for (std::size_t i = 0; values.is_array() && i < values.size(); ++i) {
    const bool titled = titles.is_array() && i < titles.size() && titles[i] == text;
    if (values[i] == text || titled) return values[i];
  }
  for (const auto* either : {"oneOf", "anyOf"}) {
    const Json& options = part(schema, either);
    if (!options.is_array()) continue;
    for (const auto& option : options) {
      if (part(option, "const") == text || text_part(option, "title") == text) return part(option, "const");
    }
  }
  return std::nullopt;
}

bool has_choices(const Json& schema) {
  return std::ranges::any_of(std::initializer_list<const char*>{"enum", "oneOf", "anyOf"},
                             [&](const char* way) { return part(schema, way).is_array(); });
}

Result<Json> list_value(const Json& items, std::string_view text) {
  Json out = Json::array();
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    auto value = field_value(items, text.substr(0, end));
    if (!value) return value;
    out.push_back(*std::move(value));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::vector<FormField> form_fields(const Json& form_params) {
  const Json& schema = part(form_params, "requestedSchema");
  std::vector<FormField> out;
  const Json& properties = part(schema, "properties");
  if (!properties.is_object()) return out;
  for (const auto& [name, field] : properties.items()) {
    out.push_back({.name = name, .schema = field, .required = is_required(schema, name)});
  }
  return out;
}

Result<Json> field_value(const Json& schema, std::string_view text) {
  text = trimmed(text);
  const auto type = text_part(schema, "type");
  if (type == "array") return list_value(part(schema, "items"), text);
  if (has_choices(schema)) {
    if (auto choice = chosen(schema, text)) return *std::move(choice);
    return std::unexpected(would_do(schema));
  }
  if (type == "boolean") {
    for (const std::string_view yes : {"yes", "y", "true"}) {
      if (text == yes) return Json(true);
    }
    for (const std::string_view no : {"no", "n", "false"}) {
      if (text == no) return Json(false);
    }
    return fail(Errc::kInvalidArgument, "this wants yes or no");
  }
  if (type == "integer") {
    if (const auto value = number<std::int64_t>(text)) return Json(*value);
    return std::unexpected(would_do(schema));
  }
  if (type == "number") {
    if (const auto value = number<double>(text)) return Json(*value);
    return std::unexpected(would_do(schema));
  }
  return Json(text);
}

Json fill_in(const Json& form_params, const Answers& answers, const std::function<void(const std::string&)>& wrong) {
  static const Json kDecline{{"action", "decline"}};
  Json content = Json::object();
  bool any = false;
  for (const auto& field : form_fields(form_params)) {
    const auto given = answers.find(field.name);
    if (given == answers.end()) {
      const Json& otherwise = part(field.schema, "default");
      if (otherwise.is_null() && field.required) return kDecline;
      if (!otherwise.is_null()) content[field.name] = otherwise;
      continue;
    }
    auto value = field_value(field.schema, given->second);
    if (!value) {
      wrong(fmt::format("the answer for {} does not fit: {}", field.name, value.error().what));
      return kDecline;
    }
    content[field.name] = *std::move(value);
    any = true;
  }
  return any ? Json{{"action", "accept"}, {"content", std::move(content)}} : kDecline;
}

}  // namespace call_agent::app
