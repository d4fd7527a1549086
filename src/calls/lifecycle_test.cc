#include "calls/lifecycle.h"

#include <gtest/gtest.h>

namespace call_agent::calls {
namespace {

// Rows: from; columns: to; queued dispatching ready dialing ringing active ending ended.
constexpr std::array<std::string_view, 8> kMoves{
    ".xxxxxx.",  //
    "..xxxxx.",  //
    "...xxxx.",  //
    "....xxx.",  //
    ".....xx.",  //
    "......x.",  //
    "........",  //
    "........",
};

TEST(Lifecycle, ACallOnlyMovesForwardAndEndsOnce) {
  for (std::size_t from = 0; from < 8; ++from) {
    for (std::size_t to = 0; to < 8; ++to) {
      EXPECT_EQ(may_advance(static_cast<State>(from), static_cast<State>(to)), kMoves[from][to] == 'x')
          << to_string(static_cast<State>(from)) << " to " << to_string(static_cast<State>(to));
    }
    EXPECT_EQ(may_end(static_cast<State>(from)), from != 7);
    EXPECT_EQ(talking(static_cast<State>(from)), from == 5 || from == 6);
  }
}

TEST(Lifecycle, EveryErrorHasAnOutcome) {
  struct Case {
    Errc code;
    Outcome without_agent;
    Outcome lost_dial;
  };
  for (const auto& [code, without_agent, lost_dial] : {
           Case{Errc::kInvalidArgument, Outcome::kAgentFailed, Outcome::kTrunkError},
           Case{Errc::kNotFound, Outcome::kAgentFailed, Outcome::kTrunkError},
           Case{Errc::kConflict, Outcome::kAgentFailed, Outcome::kTrunkError},
           Case{Errc::kPermission, Outcome::kAgentFailed, Outcome::kTrunkError},
           Case{Errc::kUnavailable, Outcome::kAgentFailed, Outcome::kDropped},
           Case{Errc::kDeadline, Outcome::kAgentFailed, Outcome::kDropped},
           Case{Errc::kCancelled, Outcome::kCanceled, Outcome::kCanceled},
           Case{Errc::kOverloaded, Outcome::kRateLimited, Outcome::kRateLimited},
           Case{Errc::kInternal, Outcome::kAgentFailed, Outcome::kDropped},
       }) {
    EXPECT_EQ(outcome_without_agent(Error{code, ""}), without_agent) << to_string(code);
    EXPECT_EQ(outcome_of_lost_dial(Error{code, ""}), lost_dial) << to_string(code);
  }
}

}  // namespace
}  // namespace call_agent::calls
