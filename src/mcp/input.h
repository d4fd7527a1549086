#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/json.h"

namespace call_agent::mcp {

/// A question a handler puts to the client: a form for its user, or one of the older kinds.
struct InputRequest {
  std::string method = "elicitation/create";  ///< Or sampling/createMessage, or roots/list.
  Json params = Json::object();
};

/// A form. `schema` is the flat object MCP allows: strings, numbers, booleans, enums.
inline InputRequest elicit_form(std::string message, Json schema) {
  return {.method = "elicitation/create",
          .params = {{"message", std::move(message)}, {"requestedSchema", std::move(schema)}}};
}

/// By the name the handler gave each; the answers come back under the same names.
using InputRequests = std::map<std::string, InputRequest>;
using InputResponses = std::map<std::string, Json>;

/// What a handler returns to ask before it goes on. It is then called again, from its start and with the same
/// arguments, with the answers in context.input() and `state` in context.state(); answers of earlier rounds are not
/// kept, so what they said goes into `state`. Ask only what context.client() offers: anything else refuses the request.
///
/// In 2026-07-28 the client carries `state`, sealed: it cannot be read, changed, or used by another principal, for
/// another request or after its time. It can be sent twice; where that matters, put an idempotency key in it.
struct InputRequired {
  InputRequests requests;  ///< May be empty where only `state` matters.
  Json state = nullptr;
};

/// The answer to a form.
struct Elicited {
  enum class Action { kAccept, kDecline, kCancel };
  Action action = Action::kCancel;
  Json content = Json::object();  ///< What was filled in, unchecked, if accepted.
};

/// Empty if `response` is no ElicitResult.
std::optional<Elicited> elicited_from(const Json& response);

}  // namespace call_agent::mcp
