#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

/// JSON Schemas as people read them. Pure; a foreign server may send anything.
namespace call_agent::app {

/// "string", "integer 1 to 60", "\"en\" | \"de\"", "array of string": on one line, bounded, without control
/// characters. "any" for what says nothing.
std::string type_text(const Json& schema);

/// A table of an object's members, a line each: name, type, whether it is required, its default and its description.
/// `indent` before each line. Empty if it has none.
std::string members_text(const Json& object_schema, std::string_view indent);

/// The names of an object's members, those it requires first.
std::vector<std::string> member_names(const Json& object_schema);

/// Whether a value under this schema can be a string only.
bool wants_only_text(const Json& schema);

/// Whether an object's schema requires this member.
bool is_required(const Json& object_schema, std::string_view name);

}  // namespace call_agent::app
