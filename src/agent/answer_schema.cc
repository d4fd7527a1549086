#include "agent/answer_schema.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace call_agent::agent {
namespace {

constexpr int kDeepest = 8;

bool has_type(const Json& value, const std::string& type) {
  if (type == "string") return value.is_string();
  if (type == "integer") {
    return value.is_number_integer() || (value.is_number_float() && std::trunc(value.get<double>()) == value);
  }
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  if (type == "null") return value.is_null();
  return true;
}

bool type_fits(const Json& value, const Json& schema) {
  const auto type = schema.find("type");
  if (type == schema.end()) return true;
  if (type->is_string()) return has_type(value, type->get<std::string>());
  if (!type->is_array()) return true;
  return std::ranges::any_of(
      *type, [&](const Json& one) { return one.is_string() && has_type(value, one.get<std::string>()); });
}

bool within(const Json& value, const Json& schema) {
  const auto bound = [&](const char* name) {
    const auto found = schema.find(name);
    return found != schema.end() && found->is_number() ? &*found : nullptr;
  };
  if (value.is_number()) {
    const Json* least = bound("minimum");
    const Json* most = bound("maximum");
    return (least == nullptr || value >= *least) && (most == nullptr || value <= *most);
  }
  if (value.is_string()) {
    const Json length = value.get_ref<const std::string&>().size();
    const Json* least = bound("minLength");
    const Json* most = bound("maxLength");
    return (least == nullptr || length >= *least) && (most == nullptr || length <= *most);
  }
  return true;
}

bool fits_to(const Json& value, const Json& schema, int depth);

bool members_fit(const Json& value, const Json& schema, int depth) {
  if (const auto required = schema.find("required"); required != schema.end() && required->is_array()) {
    const auto missing = [&](const Json& name) { return name.is_string() && !value.contains(name.get<std::string>()); };
    if (std::ranges::any_of(*required, missing)) return false;
  }
  const auto properties = schema.find("properties");
  if (properties == schema.end() || !properties->is_object()) return true;
  for (const auto& [name, member] : value.items()) {
    const auto property = properties->find(name);
    if (property != properties->end() && !fits_to(member, *property, depth)) return false;
  }
  return true;
}

bool fits_to(const Json& value, const Json& schema, int depth) {
  if (!schema.is_object() || depth > kDeepest) return true;
  if (const auto allowed = schema.find("enum"); allowed != schema.end() && allowed->is_array()) {
    if (std::ranges::find(*allowed, value) == allowed->end()) return false;
  }
  if (!type_fits(value, schema) || !within(value, schema)) return false;
  if (value.is_object()) return members_fit(value, schema, depth + 1);
  const auto items = schema.find("items");
  if (!value.is_array() || items == schema.end()) return true;
  return std::ranges::all_of(value, [&](const Json& one) { return fits_to(one, *items, depth + 1); });
}

}  // namespace

bool fits(const Json& value, const Json& schema) {
  return fits_to(value, schema, 0);
}

}  // namespace call_agent::agent
