#include "calls/command.h"

#include <array>

#include "calls/names.h"

namespace call_agent::calls {
namespace {

constexpr std::array<std::string_view, 5> kKinds{"instruction", "answer", "dtmf", "hang_up", "transfer"};
constexpr std::array<std::string_view, 3> kFates{"done", "failed", "unknown"};

}  // namespace

std::string_view to_string(Command::Kind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}
std::optional<Command::Kind> command_kind_from(std::string_view name) {
  return from_name<Command::Kind>(kKinds, name);
}
std::string_view to_string(CommandResult::Fate fate) {
  return kFates[static_cast<std::size_t>(fate)];
}

Json to_json(const CommandResult& result) {
  return {{"fate", to_string(result.fate)}, {"detail", result.detail}};
}

Result<CommandResult> command_result_from(const Json& json) {
  const auto text = [&](const char* field) {
    return json.is_object() && json.contains(field) && json[field].is_string() ? json[field].get<std::string>() : "";
  };
  const auto fate = from_name<CommandResult::Fate>(kFates, text("fate"));
  if (!fate) return fail(Errc::kInvalidArgument, "a stored command's result has no proper fate");
  return CommandResult{.fate = *fate, .detail = text("detail")};
}

}  // namespace call_agent::calls
