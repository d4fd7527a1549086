#include "agent/turn_taking.h"

#include <gtest/gtest.h>

#include "agent/turn_taking_harness.h"

namespace call_agent::agent {
namespace {

TEST(TurnTaking, SaysNothingBeforeThePhoneIsAnswered) {
  TestCall call;
  call.wait(milliseconds{5000});
  call.callee_starts();
  call.callee_pauses();
  EXPECT_EQ(call.take(), "");
}

TEST(TurnTaking, SpeaksTheOpeningInTheMomentOfTheAnswer) {
  TestCall call;
  call.event(Answered{"Hello. This is Ada."});
  EXPECT_EQ(call.take(), "speak \"Hello.\"\nspeak \"This is Ada.\"\n");
}

TEST(TurnTaking, AtAPauseTheTextAndTheTurnModelAreAskedAtOnce) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  EXPECT_EQ(call.take(), "start_segment\n");
  call.callee_pauses();
  EXPECT_EQ(call.take(), "transcribe 1\njudge_turn 1\n");
}

TEST(TurnTaking, AReplyBeginsBeforeTheTurnIsCertainlyOverAndIsHeardOnceItIs) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  call.callee_pauses();
  call.forget();
  call.understood("What can I do for you?");
  EXPECT_EQ(call.take(), "hold_voice\nstart_reply 2 if \"What can I do for you?\"\n");
  call.event(ReplyPiece{call.reply(), "A table, please. For"});
  EXPECT_EQ(call.take(), "speak \"A table, please.\"\n");
  call.judged(0.8F);
  EXPECT_EQ(call.take(), "end_segment\nrecord_callee \"What can I do for you?\" 1500-2196\nrelease_voice\n");
}

TEST(TurnTaking, TheTurnIsOverAsSoonAsTheTextComesIfTheModelWasFirst) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  call.callee_pauses();
  call.judged(0.8F);
  call.wait(milliseconds{400});
  call.forget();
  call.understood("What can I do for you?");
  EXPECT_TRUE(call.did("record_callee"));
  EXPECT_TRUE(call.did("release_voice"));
}

TEST(TurnTaking, AReplyBegunTooSoonIsDroppedUnheardWhenTheCalleeGoesOn) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  call.callee_pauses();
  call.understood("We have a table at");
  call.forget();
  call.understood("unused: this pause is already transcribed");
  EXPECT_EQ(call.take(), "");
  call.callee_pauses();
  call.understood("We have a table at nine.");
  call.forget();
  call.callee_starts();
  EXPECT_EQ(call.take(), "note reply_dropped \"\"\ncancel_reply\nstop_voice\n");
  EXPECT_FALSE(call.did("record_callee"));
}

TEST(TurnTaking, ATurnTheModelFindsUnfinishedWaitsForTheSilenceLimit) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  call.callee_pauses();
  call.judged(0.2F);
  call.understood("We could do it on Tuesday");
  call.wait(milliseconds{500});
  EXPECT_FALSE(call.did("record_callee"));
  call.wait(milliseconds{64});
  EXPECT_TRUE(call.did("record_callee \"We could do it on Tuesday\""));
}

TEST(TurnTaking, AReplyToATurnThatMayGoOnIsReadyWhenTheSilenceLimitComes) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  call.callee_pauses();
  call.judged(0.2F);
  call.understood("We could do it on Tuesday");
  call.wait(milliseconds{200});
  EXPECT_FALSE(call.did("start_reply"));
  call.wait(milliseconds{64});
  EXPECT_TRUE(call.did("start_reply 2 if"));
  EXPECT_FALSE(call.did("release_voice"));
  call.wait(milliseconds{320});
  EXPECT_TRUE(call.did("release_voice"));
}

TEST(TurnTaking, AWordThatMayBeginASentenceIsGivenAMoment) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  call.callee_pauses(milliseconds{400});
  call.understood("Lovely.");
  call.judged(0.99F);
  EXPECT_FALSE(call.did("record_callee"));
  call.callee_starts();
  call.callee_pauses();
  call.understood("Lovely, half past eight.");
  call.judged(0.99F);
  EXPECT_TRUE(call.did("record_callee \"Lovely, half past eight.\""));
}

TEST(TurnTaking, ASentenceThatHangsOnAndIsGivenTimeWhateverTheModelSays) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("We have one at eight and");
  call.wait(milliseconds{1000});
  EXPECT_FALSE(call.did("record_callee"));
  call.wait(milliseconds{500});
  EXPECT_TRUE(call.did("record_callee"));
}

// livekit/agents#4009: "Yeah." cost 2.5 s.
TEST(TurnTaking, AShortAnswerIsATurnAtOnce) {
  for (const auto* answer : {"Yeah.", "Yes", "No.", "No, thank you.", "Okay", "That's right."}) {
    TestCall call;
    call.pick_up_and_listen();
    call.callee_starts();
    call.callee_pauses(milliseconds{200});
    call.judged(0.1F);
    call.understood(answer);
    call.wait(milliseconds{192});
    EXPECT_TRUE(call.did("record_callee")) << answer;
  }
}

TEST(TurnTaking, ATurnModelThatFailsCostsOnlyALittleSilence) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  call.callee_pauses();
  call.event(TurnJudged{call.pause(), std::nullopt});
  call.understood("We could do it on Tuesday");
  call.wait(milliseconds{352});
  EXPECT_TRUE(call.did("record_callee"));
}

TEST(TurnTaking, DoesNotTalkIntoASoundThatMayBeSpeechAgain) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  call.callee_pauses();
  call.understood("We could do it on Tuesday");
  call.wait(milliseconds{64}, true);
  call.judged(0.9F);
  EXPECT_FALSE(call.did("record_callee"));
  call.wait(milliseconds{32});
  EXPECT_TRUE(call.did("record_callee"));
}

TEST(TurnTaking, ANoiseWhileNobodySpeaksIsNoTurn) {
  for (const auto* noise : {"", "...", "[coughs]", "(door slams)", "*sneezes*"}) {
    TestCall call;
    call.pick_up_and_listen();
    call.callee_says(noise, milliseconds{200});
    call.wait(milliseconds{1000});
    EXPECT_FALSE(call.did("record_callee")) << noise;
    EXPECT_FALSE(call.did("start_reply")) << noise;
    EXPECT_FALSE(call.did("speak")) << noise;
  }
}

TEST(TurnTaking, SpeechOfWhichNothingIsUnderstoodIsAskedForAgainButNotForEver) {
  TestCall call;
  call.pick_up_and_listen();
  for (int i = 0; i < 2; ++i) {
    call.callee_says("", milliseconds{1500});
    EXPECT_TRUE(call.did("speak \"Sorry, I did not catch that.\""));
    call.agent_is_heard();
    call.agent_finishes();
    call.forget();
  }
  call.callee_says("", milliseconds{1500});
  EXPECT_FALSE(call.did("speak"));
}

TEST(TurnTaking, AResultForAnEarlierPauseIsOutOfDate) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  call.callee_pauses();
  call.callee_starts();
  call.callee_pauses();
  call.forget();
  call.event(Transcribed{.pause = 1, .text = "We have"});
  call.event(TurnJudged{1, 0.99F});
  EXPECT_EQ(call.take(), "");
  call.event(Transcribed{.pause = 2, .text = "We have nine."});
  call.event(TurnJudged{2, 0.99F});
  EXPECT_TRUE(call.did("record_callee \"We have nine.\""));
}

TEST(TurnTaking, ATranscriptThatNeverComesDoesNotHangTheCall) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  call.callee_pauses(milliseconds{1000});
  call.judged(0.9F);
  call.wait(milliseconds{4100});
  EXPECT_TRUE(call.did("speak \"Sorry, I did not catch that.\""));
}

TEST(TurnTaking, ALongTurnIsOneSegmentOfWhichNothingIsCutOff) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  call.callee_pauses(milliseconds{30000});
  call.judged(0.1F);
  call.understood("On Mondays we are closed");
  call.callee_starts();
  EXPECT_FALSE(call.did("end_segment"));
  call.callee_pauses();
  call.understood("On Mondays we are closed but Tuesday works.");
  call.judged(0.9F);
  EXPECT_TRUE(call.did("record_callee \"On Mondays we are closed but Tuesday works.\" 1500-"));
}

TEST(TurnTaking, SpeechWithoutAnyPauseIsTranscribedAsItStandsAndGoesOn) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  call.wait(milliseconds{10000}, true);
  EXPECT_TRUE(call.did("transcribe 1"));
  call.understood("Welcome to our hotline");
  call.wait(milliseconds{10100}, true);
  EXPECT_TRUE(call.did("transcribe 2"));
  call.understood("Welcome to our hotline press one");
  for (const auto* action : {"record_callee", "end_segment", "start_reply", "transcribe 3"}) {
    EXPECT_FALSE(call.did(action)) << action;
  }
  call.callee_pauses();
  call.understood("Welcome to our hotline press one for tables.");
  call.judged(0.9F);
  EXPECT_TRUE(call.did("record_callee \"Welcome to our hotline press one for tables.\""));
}

TEST(TurnTaking, WhatWasUnderstoodEarlierIsNotAnsweredAsIfItWereAll) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  call.callee_pauses();
  call.judged(0.1F);
  call.understood("Yes.");
  call.callee_starts();
  call.callee_pauses(milliseconds{2500});
  call.event(Transcribed{.pause = call.pause(), .failed = true});
  call.judged(0.9F);
  call.wait(milliseconds{2000});
  EXPECT_TRUE(call.did("record_callee \"Yes.\" 1500-2196")) << "to the end of those words";
  EXPECT_TRUE(call.did("speak \"Sorry, I did not catch that.\""));
}

TEST(TurnTaking, WhatWasUnderstoodInMidSpeechIsRecordedIfTheCallEndsThere) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  call.wait(milliseconds{10000}, true);
  call.understood("Welcome to our hotline");
  call.event(StopRequested{});
  EXPECT_TRUE(call.did("record_callee \"Welcome to our hotline\" 1500-11"));
}

TEST(TurnTaking, WhatWasUnderstoodEarlierIsKeptIfTheWholeIsNot) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  call.callee_pauses();
  call.judged(0.1F);
  call.understood("On Mondays we are closed");
  call.callee_starts();
  call.event(CalleeLeft{});
  call.event(Transcribed{.pause = call.pause(), .failed = true});
  EXPECT_TRUE(call.did("record_callee \"On Mondays we are closed\" 1500-"));
  EXPECT_TRUE(call.over());
}

TEST(TurnTaking, DigitsThatTheCalleePressesAreATurn) {
  TestCall call;
  call.pick_up_and_listen();
  for (const char digit : {'1', '2', '#'}) call.event(DigitHeard{digit});
  call.wait(milliseconds{1600});
  EXPECT_TRUE(call.did("record_callee \"(pressed 12#)\""));
  EXPECT_TRUE(call.did("start_reply"));
}

TEST(TurnTaking, TheSameEventsGiveTheSameDecisions) {
  const auto replay = [] {
    TestCall call;
    call.event(Answered{"Hello. I would like a table."});
    call.agent_is_heard();
    call.callee_says("Hello?", milliseconds{300});
    call.wait(milliseconds{900});
    call.agent_finishes();
    call.callee_says("Eight is taken, would half past eight work?");
    call.agent_replies("Half past eight is fine. See you tomorrow. Goodbye.", true);
    call.agent_is_heard();
    call.callee_says("wait", milliseconds{200});
    call.wait(milliseconds{3000});
    return call.take();
  };
  const auto first = replay();
  EXPECT_FALSE(first.empty());
  for (int i = 0; i < 20; ++i) ASSERT_EQ(replay(), first);
}

}  // namespace
}  // namespace call_agent::agent
