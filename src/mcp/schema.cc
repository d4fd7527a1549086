#include "mcp/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace call_agent::mcp {
namespace {

constexpr std::size_t kShownValue = 80;
constexpr std::size_t kMaxProblems = 10;

bool has_type(const Json& value, std::string_view type) {
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "null") return value.is_null();
  if (type == "number") return value.is_number();
  if (type == "integer") {
    // 5.0 is an integer in JSON Schema.
    return value.is_number_integer() || (value.is_number_float() && std::trunc(value.get<double>()) == value);
  }
  return false;
}

std::string shown(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "an array";
  std::string text = dump_json(value);
  if (text.size() > kShownValue) {
    text.resize(kShownValue);
    text += "…";
  }
  return text;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string keys_of(const Json& properties) {
  std::string out;
  for (const auto& [name, unused] : properties.items()) out += (out.empty() ? "" : ", ") + name;
  return out;
}

class Checker {
 public:
  void check(const Json& schema, const Json& value, const std::string& name) {
    if (!check_type(schema, value, name)) return;
    if (const auto allowed = schema.find("enum"); allowed != schema.end() && !allowed->empty()) {
      if (std::ranges::find(*allowed, value) == allowed->end()) {
        add("{} must be one of {}; got {}", name, dump_json(*allowed), shown(value));
      }
    }
    if (value.is_object()) check_object(schema, value, name);
    if (value.is_number()) check_range(schema, value, name);
    if (value.is_string()) check_length(schema, value.get_ref<const std::string&>(), name);
    if (const auto items = schema.find("items"); items != schema.end() && value.is_array()) {
      for (std::size_t i = 0; i < value.size() && count_ < kMaxProblems; ++i) {
        check(*items, value[i], fmt::format("{}[{}]", name, i));
      }
    }
  }

  std::string take() { return std::move(problems_); }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    if (++count_ > kMaxProblems) return;
    if (!problems_.empty()) problems_ += '\n';
    fmt::format_to(std::back_inserter(problems_), format, std::forward<Args>(args)...);
  }

  bool check_type(const Json& schema, const Json& value, const std::string& name) {
    const auto type = schema.find("type");
    if (type == schema.end()) return true;
    if (type->is_string()) {
      if (has_type(value, type->get_ref<const std::string&>())) return true;
      const auto& wanted = type->get_ref<const std::string&>();
      const bool vowel = std::string_view("aeiou").find(wanted.front()) != std::string_view::npos;
      add("{} must be {} {}; got {}", name, vowel ? "an" : "a", wanted, shown(value));
      return false;
    }
    for (const auto& one : *type) {
      if (one.is_string() && has_type(value, one.get_ref<const std::string&>())) return true;
    }
    add("{} must be of one of the types {}; got {}", name, dump_json(*type), shown(value));
    return false;
  }

  void check_object(const Json& schema, const Json& value, const std::string& name) {
    if (const auto required = schema.find("required"); required != schema.end()) {
      for (const auto& field : *required) {
        const auto& key = field.get_ref<const std::string&>();
        if (!value.contains(key)) add("{} is required{}", key, hint(schema, key));
      }
    }
    const auto properties = schema.find("properties");
    if (properties == schema.end()) return;
    const auto more = schema.find("additionalProperties");
    const bool closed = more != schema.end() && *more == false;
    for (const auto& [key, field] : value.items()) {
      const auto property = properties->find(key);
      if (property != properties->end()) {
        check(*property, field, name == "arguments" ? key : fmt::format("{}.{}", name, key));
      } else if (closed) {
        add("{} is not an argument; there are: {}", shown(Json(key)), keys_of(*properties));
      }
    }
  }

  static std::string hint(const Json& schema, const std::string& key) {
    const auto properties = schema.find("properties");
    if (properties == schema.end() || !properties->contains(key)) return {};
    const auto& property = (*properties)[key];
    return property.contains("description") ? ": " + property["description"].get<std::string>() : std::string();
  }

  void check_range(const Json& schema, const Json& value, const std::string& name) {
    if (const auto least = schema.find("minimum"); least != schema.end() && value < *least) {
      add("{} must be at least {}; got {}", name, dump_json(*least), shown(value));
    }
    if (const auto most = schema.find("maximum"); most != schema.end() && value > *most) {
      add("{} must be at most {}; got {}", name, dump_json(*most), shown(value));
    }
  }

  void check_length(const Json& schema, std::string_view text, const std::string& name) {
    const std::size_t length = characters(text);
    if (const auto least = schema.find("minLength"); least != schema.end() && length < least->get<std::size_t>()) {
      add("{} must have at least {} characters; it has {}", name, dump_json(*least), length);
    }
    if (const auto most = schema.find("maxLength"); most != schema.end() && length > most->get<std::size_t>()) {
      add("{} must have at most {} characters; it has {}", name, dump_json(*most), length);
    }
  }

  std::string problems_;
  std::size_t count_ = 0;
};

}  // namespace

std::string schema_problems(const Json& schema, const Json& value) {
  Checker checker;
  checker.check(schema, value, "arguments");
  return checker.take();
}

}  // namespace call_agent::mcp
