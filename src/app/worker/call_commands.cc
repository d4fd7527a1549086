#include "app/worker/call_commands.h"

#include <fmt/format.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <utility>
#include <variant>

#include "core/log.h"

namespace call_agent::app {
namespace {

using calls::Command;
using calls::CommandResult;
using Fate = calls::CommandResult::Fate;

constexpr milliseconds kTransferRinging{30'000};
// LiveKit answers once the far side has said what became of the REFER, or its own limit has passed.
constexpr milliseconds kTransferLimit{45'000};
// A callee who is still there after this was not lost: livekit-sip waits for a second before it hangs up itself.
constexpr milliseconds kConfirmation{600};

CommandResult done(std::string detail) {
  return {.fate = Fate::kDone, .detail = std::move(detail)};
}
CommandResult failed(std::string detail) {
  return {.fate = Fate::kFailed, .detail = std::move(detail)};
}
CommandResult unknown(std::string detail) {
  return {.fate = Fate::kUnknown, .detail = std::move(detail)};
}

CommandResult too_late(const Command& command) {
  return command.kind == Command::Kind::kHangUp ? done("hung up") : failed("the call ended first");
}

}  // namespace

CommandResult transfer_result(const std::optional<livekit::api::TwirpResult<void>>& answer, bool left) {
  if (!answer) return unknown("the call ended while the callee was being transferred");
  if (*answer && left) {
    return unknown("the phone network took the transfer, and the call ended before it said what came of it");
  }
  if (*answer) return done("the callee is connected with the other number; the agent is out of the call");
  const auto& error = answer->error();
  if (error.sip_status_code) {
    return failed(
        fmt::format("the phone network refused the transfer: SIP {} {}", *error.sip_status_code, error.sip_status));
  }
  const bool refused = error.http_status >= 400 && error.http_status < 500 && error.error.code != Errc::kDeadline;
  const bool never_sent = error.http_status == 0 && error.error.code == Errc::kInvalidArgument;
  if (refused || never_sent) return failed("the transfer was refused: " + error.error.what);
  return unknown("nobody can say whether the callee was transferred: " + error.error.what);
}

CallCommands::CallCommands(const asio::any_io_executor& executor, calls::CallStore& store,
                           livekit::api::SipService& sip, const calls::JobMetadata& job)
    : store_(store),
      sip_(sip),
      job_(job),
      queue_(executor, calls::kMostCommands, Overflow::kReject),
      closing_(executor) {}

Result<void> CallCommands::push(Command command) {
  if (closed_) return fail(Errc::kCancelled, "the call ended first");
  if (!queue_.push(std::move(command))) return fail(Errc::kOverloaded, "the agent has too many commands to carry out");
  return {};
}

void CallCommands::close() {
  closed_ = true;
  queue_.close();
  closing_.notify();
}

awaitable<void> CallCommands::run(agent::Session& session, std::function<bool()> answered) {
  while (auto command = co_await queue_.pop()) {
    const auto seq = command->seq;
    auto result = closed_ ? too_late(*command) : co_await carry_out(session, answered, std::move(*command));
    co_await settle(seq, std::move(result));
  }
}

awaitable<void> CallCommands::refuse() {
  close();
  while (auto command = co_await queue_.pop()) co_await settle(command->seq, too_late(*command));
}

awaitable<CommandResult> CallCommands::carry_out(agent::Session& session, OnTheLine answered, Command command) {
  if (command.kind == Command::Kind::kInstruction) {
    session.instruct(command.text);
    co_return done("the agent has it");
  }
  if (!answered()) co_return failed("nobody is on the line yet");
  switch (command.kind) {
    case Command::Kind::kInstruction:
      break;
    case Command::Kind::kAnswer: {
      const auto taken = session.answer_question(command.question_id, command.text);
      co_return taken ? done("the agent has the answer") : failed(taken.error().what);
    }
    case Command::Kind::kDtmf:
      co_return co_await press(session, std::move(command.text));
    case Command::Kind::kHangUp:
      session.stop();
      co_return done("hanging up");
    case Command::Kind::kTransfer:
      co_return co_await transfer(std::move(command.text), std::move(answered));
  }
  co_return failed("this agent does not know the command");
}

awaitable<CommandResult> CallCommands::press(agent::Session& session, std::string keys) {
  using namespace asio::experimental::awaitable_operators;
  const auto raced = co_await (session.press(std::move(keys)) || closing_.wait());
  if (closed_) co_return unknown("the call ended while the keys were pressed");
  const auto& pressed = std::get<0>(raced);
  co_return pressed ? done("pressed") : failed(pressed.error().what);
}

awaitable<CommandResult> CallCommands::transfer(std::string number, OnTheLine answered) {
  using namespace asio::experimental::awaitable_operators;
  livekit::api::SipTransfer request{.room = job_.room,
                                    .participant_identity = job_.callee_identity,
                                    .transfer_to = "tel:" + number,
                                    .ringing_timeout = kTransferRinging};
  // A call that is over is hung up at once, whatever is still to be heard of the transfer.
  auto raced = co_await (sip_.transfer(std::move(request), Deadline::after(kTransferLimit)) || closing_.wait());
  std::optional<livekit::api::TwirpResult<void>> answer;
  if (raced.index() == 0) answer = std::move(std::get<0>(raced));
  if (answer && *answer && answered()) co_await closing_.wait(Deadline::after(kConfirmation));

  auto result = transfer_result(answer, closed_ || !answered());
  if (result.fate != Fate::kDone) log::warn("call {}: transfer: {}", job_.call_id, result.detail);
  if (result.fate != Fate::kFailed) transfer_ = {.to = std::move(number), .confirmed = result.fate == Fate::kDone};
  co_return result;
}

awaitable<void> CallCommands::settle(std::int64_t seq, CommandResult result) {
  const auto settled = co_await store_.settle_command(seq, std::move(result));
  if (!settled) log::warn("call {}: the log refused a command's result: {}", job_.call_id, settled.error().what);
}

}  // namespace call_agent::app
