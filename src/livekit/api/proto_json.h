#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

/// Reading protobuf's JSON mapping as LiveKit writes it: Twirp answers in snake_case, webhooks in camelCase; 64-bit
/// numbers as strings; enums by name, unknown ones by number; fields at their default left out. Names here are
/// snake_case, and a field that is missing or of another type reads as its default, as protobuf has it.
namespace call_agent::livekit::api {

/// Null if absent.
const Json& field(const Json& message, std::string_view name);

std::string text(const Json& message, std::string_view name);
std::int64_t integer(const Json& message, std::string_view name);
bool boolean(const Json& message, std::string_view name);
std::vector<std::string> texts(const Json& message, std::string_view name);
std::map<std::string, std::string> text_map(const Json& message, std::string_view name);
/// An empty array if absent.
const Json& list(const Json& message, std::string_view name);

/// The value of an enum whose names, by number, are `names`; its first if absent or unknown.
template <class Enum, std::size_t kCount>
Enum enumerated(const Json& message, std::string_view name, const std::string_view (&names)[kCount]) {
  const Json& value = field(message, name);
  for (std::size_t i = 0; i < kCount; ++i) {
    if (names[i].empty()) continue;
    if (value.is_string() ? value.get_ref<const std::string&>() == names[i] : value == i) return static_cast<Enum>(i);
  }
  return static_cast<Enum>(0);
}

}  // namespace call_agent::livekit::api
