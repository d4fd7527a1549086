#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"
#include "core/result.h"

/// What reaches a call that is under way from the one it is made for.
namespace call_agent::calls {

struct Command {
  enum class Kind : std::uint8_t {
    kInstruction,  ///< `text`: for the agent, from its principal.
    kAnswer,       ///< `text`: to the question `question_id`.
    kDtmf,         ///< `text`: keys to press, 0-9 * # A-D, and w for a pause of half a second.
    kHangUp,
    kTransfer,  ///< `text`: the number to connect the callee with, E.164.
  };
  std::int64_t seq = 0;  ///< Given by the store; ascending within the log.
  std::string call_id;
  Kind kind = Kind::kInstruction;
  std::string text;
  std::string question_id;
};

/// What became of a command.
struct CommandResult {
  enum class Fate : std::uint8_t {
    kDone,
    kFailed,   ///< It had no effect.
    kUnknown,  ///< Nobody can say whether it had one.
  };
  Fate fate = Fate::kDone;
  std::string detail;  ///< For people.
};

struct CommandStatus {
  bool taken = false;  ///< The agent has it; nobody else ever will.
  std::optional<CommandResult> result;
};

std::string_view to_string(Command::Kind kind);
std::optional<Command::Kind> command_kind_from(std::string_view name);
std::string_view to_string(CommandResult::Fate fate);
/// Errors: kInvalidArgument, for a log written by something else.
Json to_json(const CommandResult& result);
Result<CommandResult> command_result_from(const Json& json);

}  // namespace call_agent::calls
