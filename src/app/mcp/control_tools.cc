#include "app/mcp/control_tools.h"

#include <utility>

#include "agent/tools.h"
#include "app/mcp/call_results.h"

namespace call_agent::app {
namespace {

using calls::Call;
using calls::Command;
using mcp::RequestContext;
using mcp::ToolOutcome;
using mcp::ToolResult;

// Which of the three was meant. Errors: kInvalidArgument with how to mend it.
Result<Command> command_of(const Json& arguments, const Call& call) {
  const int given = static_cast<int>(arguments.contains("instruction")) +
                    static_cast<int>(arguments.contains("answer")) + static_cast<int>(arguments.contains("dtmf"));
  if (given != 1) return fail(Errc::kInvalidArgument, "give exactly one of instruction, answer and dtmf");
  Command command{.call_id = call.call_id};
  if (arguments.contains("instruction")) {
    command.text = arguments["instruction"];
    return command;
  }
  if (arguments.contains("dtmf")) {
    command.kind = Command::Kind::kDtmf;
    auto digits = agent::check_digits(arguments["dtmf"].get_ref<const std::string&>());
    if (!digits) return pass(digits);
    command.text = std::move(*digits);
    return command;
  }
  command.kind = Command::Kind::kAnswer;
  command.question_id = arguments["answer"]["question_id"];
  command.text = arguments["answer"]["text"];
  if (!call.question || call.question->id != command.question_id) {
    return fail(Errc::kInvalidArgument,
                "the agent does not wait for an answer to this question (any more): send an "
                "instruction instead");
  }
  return command;
}

}  // namespace

awaitable<ToolOutcome> ControlTools::send(Call call, Command command, milliseconds patience) {
  const auto sent = co_await desk_.send(std::move(command), patience);
  if (!sent) co_return refusal(sent.error());
  auto now = co_await desk_.read(call.call_id, call.owner);
  co_return command_result(now ? *now : call, sent->result, sent->taken);
}

awaitable<ToolOutcome> ControlTools::send_to_call(Json arguments, const RequestContext& context) {
  auto call = co_await desk_.read(arguments["call_id"], owner_of(context.principal()));
  if (!call) co_return refusal(call.error());
  auto command = command_of(arguments, *call);
  if (!command) co_return refusal(command.error());
  co_return co_await send(std::move(*call), std::move(*command), desk_.timing().obeyed);
}

awaitable<ToolOutcome> ControlTools::end_call(Json arguments, const RequestContext& context) {
  auto call = co_await desk_.read(arguments["call_id"], owner_of(context.principal()));
  if (!call) co_return refusal(call.error());
  const bool had_ended = call->state == calls::State::kEnded;
  const auto ended = co_await desk_.hang_up(std::move(*call));
  if (!ended) co_return refusal(ended.error());
  co_return brief_result(*ended, had_ended ? "It had ended already." : "Hung up: nobody is on the line any more.");
}

awaitable<ToolOutcome> ControlTools::transfer_call(Json arguments, const RequestContext& context) {
  auto call = co_await desk_.read(arguments["call_id"], owner_of(context.principal()));
  if (!call) co_return refusal(call.error());
  const auto plan = desk_.services().plan();
  if (!plan) co_return refusal(plan.error());
  // Only a number the plan knows goes into the SIP message, never what was typed.
  auto number = (*plan)->check(arguments["to"].get_ref<const std::string&>());
  if (!number) co_return refusal(number.error());
  Command command{.call_id = call->call_id, .kind = Command::Kind::kTransfer, .text = std::move(number->e164)};
  co_return co_await send(std::move(*call), std::move(command), desk_.timing().transfer);
}

awaitable<ToolOutcome> ControlTools::check_number(Json arguments, const RequestContext&) {
  const auto plan = desk_.services().plan();
  if (!plan) co_return refusal(plan.error());
  co_return number_result((*plan)->check(arguments["phone_number"].get_ref<const std::string&>()));
}

}  // namespace call_agent::app
