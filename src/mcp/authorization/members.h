#pragma once

#include <string>

#include "core/json.h"

namespace call_agent::mcp {

/// A member that is a string; empty if `object` has none of that name.
inline std::string text_member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace call_agent::mcp
