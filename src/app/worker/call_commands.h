#pragma once

#include <functional>
#include <optional>
#include <string>

#include "agent/session.h"
#include "calls/command.h"
#include "calls/job.h"
#include "calls/ports.h"
#include "core/channel.h"
#include "core/clock.h"
#include "livekit/api/sip.h"

namespace call_agent::app {

/// Carries out what its principal sends one call, one after the other, and writes down what became of it.
/// Lives on one executor.
class CallCommands {
 public:
  CallCommands(const asio::any_io_executor& executor, calls::CallStore& store, livekit::api::SipService& sip,
               const calls::JobMetadata& job);

  /// Takes a command of this call; run() carries it out.
  /// Errors: kCancelled (the call is over), kOverloaded (kMostCommands wait); it will have no effect.
  Result<void> push(calls::Command command);
  /// Returns once closed and done. `answered` tells whether the callee is on the line.
  awaitable<void> run(agent::Session& session, std::function<bool()> answered);
  /// The conversation is over: nothing is carried out any more, what waits fails, and what is under way is left.
  void close();
  /// Instead of run(), for a call that came to no conversation: everything sent to it fails.
  awaitable<void> refuse();

  /// The latest transfer that may have had an effect.
  struct Transfer {
    std::string to;          ///< E.164.
    bool confirmed = false;  ///< Else nobody can say.
  };
  const std::optional<Transfer>& transfer() const { return transfer_; }

 private:
  using OnTheLine = std::function<bool()>;
  awaitable<calls::CommandResult> carry_out(agent::Session& session, OnTheLine answered, calls::Command command);
  awaitable<calls::CommandResult> press(agent::Session& session, std::string keys);
  awaitable<calls::CommandResult> transfer(std::string number, OnTheLine answered);
  awaitable<void> settle(std::int64_t seq, calls::CommandResult result);

  calls::CallStore& store_;
  livekit::api::SipService& sip_;
  const calls::JobMetadata& job_;
  Channel<calls::Command> queue_;
  bool closed_ = false;
  Notifier closing_;
  std::optional<Transfer> transfer_;
};

/// What became of a transfer. `answer` is SipService::transfer's; empty if the call was over before there was one.
/// `left`: the callee was gone by then, or at once. Pure.
///
/// livekit-sip 1.8.0 (outbound.go, transferCall) also answers with success where the phone took the REFER and the call
/// ended, on whichever side, before it said what came of it. After a transfer that the phone has confirmed, it leaves
/// the line open for a second.
calls::CommandResult transfer_result(const std::optional<livekit::api::TwirpResult<void>>& answer, bool left);

}  // namespace call_agent::app
