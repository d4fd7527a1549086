#include "livekit/api/proto_json.h"

#include <charconv>

namespace call_agent::livekit::api {
namespace {

std::string camel_case(std::string_view snake) {
  std::string out;
  bool upper = false;
  for (const char c : snake) {
    if (c == '_') {
      upper = true;
      continue;
    }
    out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return out;
}

}  // namespace

const Json& field(const Json& message, std::string_view name) {
  static const Json null;
  if (!message.is_object()) return null;
  auto found = message.find(name);
  if (found == message.end()) found = message.find(camel_case(name));
  return found == message.end() ? null : *found;
}

std::string text(const Json& message, std::string_view name) {
  const Json& value = field(message, name);
  return value.is_string() ? value.get<std::string>() : std::string{};
}

std::int64_t integer(const Json& message, std::string_view name) {
  const Json& value = field(message, name);
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_string()) return 0;
  const auto& digits = value.get_ref<const std::string&>();
  std::int64_t parsed = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parsed);
  return error == std::errc{} && end == digits.data() + digits.size() ? parsed : 0;
}

bool boolean(const Json& message, std::string_view name) {
  const Json& value = field(message, name);
  return value.is_boolean() && value.get<bool>();
}

std::vector<std::string> texts(const Json& message, std::string_view name) {
  std::vector<std::string> out;
  for (const Json& value : list(message, name)) {
    if (value.is_string()) out.push_back(value.get<std::string>());
  }
  return out;
}

std::map<std::string, std::string> text_map(const Json& message, std::string_view name) {
  std::map<std::string, std::string> out;
  const Json& value = field(message, name);
  if (!value.is_object()) return out;
  for (const auto& [key, entry] : value.items()) {
    if (entry.is_string()) out.emplace(key, entry.get<std::string>());
  }
  return out;
}

const Json& list(const Json& message, std::string_view name) {
  static const Json empty = Json::array();
  const Json& value = field(message, name);
  return value.is_array() ? value : empty;
}

}  // namespace call_agent::livekit::api
