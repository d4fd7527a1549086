#pragma once

#include "core/json.h"

namespace call_agent::agent {

/// Whether an answer is what its field's schema asks for: type, enum, minimum, maximum, minLength, maxLength (bytes
/// enough), items, properties and required of JSON Schema 2020-12. What else a schema says, or says wrongly, does not
/// count against an answer.
bool fits(const Json& value, const Json& schema);

}  // namespace call_agent::agent
