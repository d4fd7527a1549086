#include "mcp/input.h"

namespace call_agent::mcp {

std::optional<Elicited> elicited_from(const Json& response) {
  if (!response.is_object()) return std::nullopt;
  const auto action = response.find("action");
  if (action == response.end()) return std::nullopt;
  if (*action == "decline") return Elicited{.action = Elicited::Action::kDecline};
  if (*action == "cancel") return Elicited{.action = Elicited::Action::kCancel};
  if (*action != "accept") return std::nullopt;
  Elicited elicited{.action = Elicited::Action::kAccept};
  if (const auto content = response.find("content"); content != response.end()) {
    if (!content->is_object()) return std::nullopt;
    elicited.content = *content;
  }
  return elicited;
}

}  // namespace call_agent::mcp
