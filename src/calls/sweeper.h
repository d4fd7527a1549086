#pragma once

#include <set>
#include <string>

#include "calls/call.h"
#include "calls/ports.h"

namespace call_agent::calls {

/// Ends the calls that nobody else will: whose processes died, or could not write how they ended. Hangs up first, where
/// somebody was left on the line.
///
/// One log may hold the calls of several LiveKit servers: that a room is not to be found says nothing. A call is given
/// up when no process can still have it, or when its callee is alone in a room of ours at two looks in a row.
///
/// Lives on one executor.
class Sweeper {
 public:
  struct Options {
    milliseconds placing{300'000};         ///< Longer than any placing takes.
    milliseconds reporting{300'000};       ///< Longer than any agent takes from the hang-up to its report.
    milliseconds longest{25 * 3'600'000};  ///< Longer than any conversation.
    milliseconds every{60'000};
  };

  /// Both outlive it.
  Sweeper(CallStore& store, Telephony& telephony, Options options);

  /// Sweeps at once and again and again; to be cancelled.
  awaitable<void> run();
  /// `now_ms`: Unix.
  awaitable<void> sweep(std::int64_t now_ms);

 private:
  awaitable<void> look_at(Call call, std::int64_t now_ms);
  awaitable<bool> callee_is_alone(const Call& call);
  awaitable<void> give_up(Call call);

  CallStore& store_;
  Telephony& telephony_;
  const Options options_;
  std::set<std::string> alone_;  // Calls whose callee had no agent at the last look.
};

}  // namespace call_agent::calls
