#include "app/worker/call_commands.h"

#include <fmt/format.h>

#include <utility>

#include "core/log.h"

namespace call_agent::app {
namespace {

using calls::Command;
using calls::CommandResult;
using Fate = calls::CommandResult::Fate;

constexpr milliseconds kTransferRinging{30'000};
// LiveKit answers once the far side has said what became of the REFER, or its own limit has passed.
constexpr milliseconds kTransferLimit{45'000};

CommandResult done(std::string detail) {
  return {.fate = Fate::kDone, .detail = std::move(detail)};
}
CommandResult failed(std::string detail) {
  return {.fate = Fate::kFailed, .detail = std::move(detail)};
}

}  // namespace

CommandResult transfer_failed(const livekit::api::TwirpError& error) {
  if (error.sip_status_code) {
    return failed(
        fmt::format("the phone network refused the transfer: SIP {} {}", *error.sip_status_code, error.sip_status));
  }
  const bool refused = error.http_status >= 400 && error.http_status < 500 && error.error.code != Errc::kDeadline;
  const bool never_sent = error.http_status == 0 && error.error.code == Errc::kInvalidArgument;
  if (refused || never_sent) return failed("the transfer was refused: " + error.error.what);
  return {.fate = Fate::kUnknown, .detail = "nobody can say whether the callee was transferred: " + error.error.what};
}

CallCommands::CallCommands(const asio::any_io_executor& executor, calls::CallStore& store,
                           livekit::api::SipService& sip, const calls::JobMetadata& job)
    : store_(store), sip_(sip), job_(job), queue_(executor, calls::kMostCommands, Overflow::kReject) {}

void CallCommands::push(Command command) {
  const auto seq = command.seq;
  if (!queue_.push(std::move(command))) log::warn("call {}: command {} came too late", job_.call_id, seq);
}

void CallCommands::close() {
  closed_ = true;
  queue_.close();
}

awaitable<void> CallCommands::run(agent::Session& session, std::function<bool()> answered) {
  while (auto command = co_await queue_.pop()) {
    const auto seq = command->seq;
    if (closed_) {
      co_await settle(seq, failed("the call ended first"));
      continue;
    }
    auto result = co_await carry_out(session, answered(), std::move(*command));
    co_await settle(seq, std::move(result));
  }
}

awaitable<CommandResult> CallCommands::carry_out(agent::Session& session, bool on_the_line, Command command) {
  if (command.kind == Command::Kind::kInstruction) {
    session.instruct(command.text);
    co_return done("the agent has it");
  }
  if (!on_the_line) co_return failed("nobody is on the line yet");
  switch (command.kind) {
    case Command::Kind::kInstruction:
      break;
    case Command::Kind::kAnswer: {
      const auto taken = session.answer_question(command.question_id, command.text);
      co_return taken ? done("the agent has the answer") : failed(taken.error().what);
    }
    case Command::Kind::kDtmf: {
      const auto pressed = co_await session.press(std::move(command.text));
      co_return pressed ? done("pressed") : failed(pressed.error().what);
    }
    case Command::Kind::kHangUp:
      session.stop();
      co_return done("hanging up");
    case Command::Kind::kTransfer:
      co_return co_await transfer(std::move(command.text));
  }
  co_return failed("this agent does not know the command");
}

awaitable<CommandResult> CallCommands::transfer(std::string number) {
  livekit::api::SipTransfer request{.room = job_.room,
                                    .participant_identity = job_.callee_identity,
                                    .transfer_to = "tel:" + number,
                                    .ringing_timeout = kTransferRinging};
  const auto moved = co_await sip_.transfer(std::move(request), Deadline::after(kTransferLimit));
  if (!moved) {
    log::warn("call {}: the transfer failed: {}", job_.call_id, moved.error().error.what);
    co_return transfer_failed(moved.error());
  }
  transferred_to_ = std::move(number);
  co_return done("the callee is connected with the other number; the agent is out of the call");
}

awaitable<void> CallCommands::settle(std::int64_t seq, CommandResult result) {
  const auto settled = co_await store_.settle_command(seq, std::move(result));
  if (!settled) log::warn("call {}: the log refused a command's result: {}", job_.call_id, settled.error().what);
}

}  // namespace call_agent::app
