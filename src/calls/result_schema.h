#pragma once

#include "core/json.h"
#include "core/result.h"

namespace call_agent::calls {

/// Whether this describes the answers wanted from a call: a JSON Schema (2020-12) of an object with at least one
/// property, whose types, enums, bounds and items are as the specification has them. Keywords not known here are let
/// pass; references are refused, since nobody could follow them on the telephone.
/// Errors: kInvalidArgument with the place: "result_schema.properties.time.type must be …".
Result<void> check_result_schema(const Json& schema);

}  // namespace call_agent::calls
