#pragma once

#include <nlohmann/json.hpp>

#include <string_view>

#include "core/result.h"

namespace call_agent {

using Json = nlohmann::json;

/// Parses one JSON text. Never throws. Nesting beyond `max_depth` is refused before it can exhaust the stack.
/// Errors: kInvalidArgument with what is wrong and the byte offset.
Result<Json> parse_json(std::string_view text, std::size_t max_depth = 64);

/// Serialises with invalid UTF-8 replaced, so that it cannot throw on a caller's words.
std::string dump_json(const Json& value, int indent = -1);

}  // namespace call_agent
