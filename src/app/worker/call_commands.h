#pragma once

#include <functional>
#include <optional>
#include <string>

#include "agent/session.h"
#include "calls/command.h"
#include "calls/job.h"
#include "calls/ports.h"
#include "core/channel.h"
#include "livekit/api/sip.h"

namespace call_agent::app {

/// Carries out what its principal sends one call, one after the other, and writes down what became of it.
/// Lives on one executor.
class CallCommands {
 public:
  CallCommands(const asio::any_io_executor& executor, calls::CallStore& store, livekit::api::SipService& sip,
               const calls::JobMetadata& job);

  /// Takes a command of this call; run() carries it out. More than kMostCommands at once are refused.
  void push(calls::Command command);
  /// Returns once closed and done. `answered` tells whether the callee is on the line.
  awaitable<void> run(agent::Session& session, std::function<bool()> answered);
  /// Nothing is carried out any more; what waits fails.
  void close();

  /// Whom the callee was connected with, once they were.
  const std::optional<std::string>& transferred_to() const { return transferred_to_; }

 private:
  awaitable<calls::CommandResult> carry_out(agent::Session& session, bool on_the_line, calls::Command command);
  awaitable<calls::CommandResult> transfer(std::string number);
  awaitable<void> settle(std::int64_t seq, calls::CommandResult result);

  calls::CallStore& store_;
  livekit::api::SipService& sip_;
  const calls::JobMetadata& job_;
  Channel<calls::Command> queue_;
  bool closed_ = false;
  std::optional<std::string> transferred_to_;
};

/// What became of a transfer: `error` is SipService::transfer's. Pure.
calls::CommandResult transfer_failed(const livekit::api::TwirpError& error);

}  // namespace call_agent::app
