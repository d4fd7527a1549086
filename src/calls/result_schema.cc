#include "calls/result_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace call_agent::calls {
namespace {

constexpr int kDeepest = 8;
constexpr std::size_t kMostFields = 64;
constexpr std::array<std::string_view, 7> kTypes{"string", "number", "integer", "boolean", "array", "object", "null"};
constexpr std::array<const char*, 6> kBounds{"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"};

std::unexpected<Error> wrong(const std::string& place, std::string_view how) {
  return fail(Errc::kInvalidArgument, fmt::format("{} {}", place, how));
}

bool is_type(const Json& type) {
  return type.is_string() && std::ranges::find(kTypes, type.get_ref<const std::string&>()) != kTypes.end();
}

Result<void> check(const Json& schema, const std::string& place, int depth);

Result<void> check_properties(const Json& properties, const std::string& place, int depth) {
  if (!properties.is_object()) return wrong(place, "must be an object: a schema for each field");
  if (properties.size() > kMostFields) return wrong(place, fmt::format("must have at most {} fields", kMostFields));
  for (const auto& [name, field] : properties.items()) {
    if (auto fine = check(field, fmt::format("{}.{}", place, name), depth); !fine) return fine;
  }
  return {};
}

Result<void> check_keywords(const Json& schema, const std::string& place) {
  if (schema.contains("$ref")) return wrong(place + ".$ref", "cannot be followed: write the schema out");
  if (const auto type = schema.find("type"); type != schema.end()) {
    const bool several = type->is_array() && !type->empty() && std::ranges::all_of(*type, is_type);
    if (!is_type(*type) && !several) {
      return wrong(place + ".type", "must be string, number, integer, boolean, array, object or null");
    }
  }
  if (const auto allowed = schema.find("enum"); allowed != schema.end() && (!allowed->is_array() || allowed->empty())) {
    return wrong(place + ".enum", "must be a list of the values allowed");
  }
  for (const char* bound : kBounds) {
    if (schema.contains(bound) && !schema[bound].is_number()) {
      return wrong(fmt::format("{}.{}", place, bound), "must be a number");
    }
  }
  const auto names = [](const Json& one) { return one.is_string(); };
  if (const auto required = schema.find("required");
      required != schema.end() && (!required->is_array() || !std::ranges::all_of(*required, names))) {
    return wrong(place + ".required", "must be a list of field names");
  }
  return {};
}

Result<void> check(const Json& schema, const std::string& place, int depth) {
  if (schema.is_boolean()) return {};
  if (!schema.is_object()) return wrong(place, "must be a JSON Schema: an object");
  if (depth > kDeepest) return wrong(place, "is nested too deeply");
  if (auto fine = check_keywords(schema, place); !fine) return fine;
  if (const auto properties = schema.find("properties"); properties != schema.end()) {
    if (auto fine = check_properties(*properties, place + ".properties", depth + 1); !fine) return fine;
  }
  if (const auto items = schema.find("items"); items != schema.end()) return check(*items, place + ".items", depth + 1);
  return {};
}

}  // namespace

Result<void> check_result_schema(const Json& schema) {
  const std::string place = "result_schema";
  if (!schema.is_object()) return wrong(place, "must be a JSON Schema object");
  if (schema.contains("type") && schema["type"] != "object") return wrong(place + ".type", "must be object");
  if (!schema.contains("properties") || schema["properties"].empty()) {
    return wrong(place + ".properties", "must name at least one answer, such as {\"time\": {\"type\": \"string\"}}");
  }
  return check(schema, place, 0);
}

}  // namespace call_agent::calls
