#pragma once

#include <string>

#include "core/json.h"

namespace call_agent::providers::openai {

/// A field of what a language model's server sent; empty if it is no text, or not there.
inline std::string text_of(const Json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto it = object.find(name);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

}  // namespace call_agent::providers::openai
