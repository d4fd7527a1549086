#pragma once

#include <string>

#include "core/json.h"

namespace call_agent::mcp {

/// Checks tool arguments against the part of JSON Schema 2020-12 that tools use: type, required, properties,
/// additionalProperties (false), enum, minimum, maximum, minLength, maxLength (in characters) and items.
/// Returns what is wrong and how to mend it, one problem a line; empty if nothing is.
std::string schema_problems(const Json& schema, const Json& value);

}  // namespace call_agent::mcp
