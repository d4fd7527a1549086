#include "app/worker/call_outcome.h"

#include <gtest/gtest.h>

namespace call_agent::app {
namespace {

using agent::EndReason;
using calls::Outcome;
using livekit::rtc::DisconnectReason;

TEST(CallOutcome, AHangUpOfEitherSideAfterAConversationIsCompleted) {
  EXPECT_EQ(ending_of(EndReason::kAgentFinished, "", std::nullopt).outcome, Outcome::kCompleted);
  EXPECT_EQ(ending_of(EndReason::kCalleeLeft, "", DisconnectReason::kClientInitiated).outcome, Outcome::kCompleted);
}

TEST(CallOutcome, OnlyATransferThatWasConfirmedIsTheEnd) {
  const CallEnding left{Outcome::kDropped, "the line went dead"};
  EXPECT_EQ(ending_with_transfer(left, "+442079460107", true).outcome, Outcome::kCompleted);
  const auto unknown = ending_with_transfer(left, "+442079460107", false);
  EXPECT_EQ(unknown.outcome, Outcome::kDropped);
  EXPECT_EQ(unknown.detail, "the line went dead; whether a transfer to +442079460107 succeeded is not known");
}

TEST(CallOutcome, AConnectionThatDiedIsNeverASuccess) {
  for (const auto reason : {DisconnectReason::kConnectionTimeout, DisconnectReason::kMediaFailure,
                            DisconnectReason::kSipTrunkFailure, DisconnectReason::kServerShutdown}) {
    EXPECT_EQ(ending_of(EndReason::kCalleeLeft, "", reason).outcome, Outcome::kDropped);
  }
  EXPECT_EQ(ending_of(EndReason::kMediaLost, "", std::nullopt).outcome, Outcome::kDropped);
}

TEST(CallOutcome, OurCancelIsCanceledWhetherTheRoomOrTheSessionSaysSo) {
  EXPECT_EQ(ending_of(EndReason::kStopped, "", std::nullopt).outcome, Outcome::kCanceled);
  EXPECT_EQ(ending_of(EndReason::kCalleeLeft, "", DisconnectReason::kRoomDeleted).outcome, Outcome::kCanceled);
}

TEST(CallOutcome, AFailureOfTheAgentKeepsItsReason) {
  const auto ending = ending_of(EndReason::kFailure, "the language model failed twice", std::nullopt);
  EXPECT_EQ(ending.outcome, Outcome::kAgentFailed);
  EXPECT_EQ(ending.detail, "the language model failed twice");
}

TEST(CallOutcome, WithoutTheDialersWordTheRoomsReasonDecides) {
  EXPECT_EQ(unanswered_ending(std::nullopt).outcome, Outcome::kNoAnswer);
  EXPECT_EQ(unanswered_ending(DisconnectReason::kUserRejected).outcome, Outcome::kDeclined);
  EXPECT_EQ(unanswered_ending(DisconnectReason::kSipTrunkFailure).outcome, Outcome::kTrunkError);
  EXPECT_EQ(unanswered_ending(DisconnectReason::kRoomDeleted).outcome, Outcome::kCanceled);
}

}  // namespace
}  // namespace call_agent::app
