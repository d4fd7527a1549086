// How a call ends, and what goes wrong on the way: silence, limits, failures, goodbyes, hang-ups.
#include <gtest/gtest.h>

#include "agent/turn_taking.h"
#include "agent/turn_taking_harness.h"

namespace call_agent::agent {
namespace {

TEST(CallEnd, AfterItsGoodbyeTheAgentHangsUp) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("See you tomorrow.");
  call.agent_replies("Thank you. Goodbye.", true);
  EXPECT_TRUE(call.did("run_tools"));
  call.agent_is_heard();
  call.wait(milliseconds{1000});
  EXPECT_FALSE(call.did("hang_up")) << "not before the goodbye is heard";
  call.agent_finishes();
  call.wait(milliseconds{640});
  EXPECT_TRUE(call.did("hang_up agent_finished"));
  EXPECT_TRUE(call.over());
}

TEST(CallEnd, AGoodbyeWithoutWordsGetsSome) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("See you tomorrow.");
  call.agent_replies("", true);
  EXPECT_TRUE(call.did("speak \"Thank you.\""));
  call.agent_is_heard();
  call.agent_finishes();
  call.wait(milliseconds{640});
  EXPECT_TRUE(call.did("hang_up agent_finished"));
}

TEST(CallEnd, TheCalleesGoodbyeIsRecordedAndNotAnswered) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("See you tomorrow.");
  call.agent_replies("Thank you. Goodbye.", true);
  call.agent_is_heard();
  call.agent_finishes();
  call.forget();
  call.callee_says("Bye bye.");
  EXPECT_TRUE(call.did("record_callee \"Bye bye.\""));
  EXPECT_TRUE(call.did("hang_up agent_finished"));
  EXPECT_FALSE(call.did("start_reply"));
}

TEST(CallEnd, OneMoreThingAfterTheGoodbyeIsAnswered) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("See you tomorrow.");
  call.agent_replies("Thank you. Goodbye.", true);
  call.agent_is_heard();
  call.forget();
  call.callee_says("Wait, what was your name?");
  EXPECT_TRUE(call.did("stop_voice"));
  EXPECT_TRUE(call.did("start_reply"));
  call.agent_replies("Ada.");
  call.agent_is_heard();
  call.agent_finishes();
  call.wait(milliseconds{3000});
  EXPECT_FALSE(call.over());
}

TEST(CallEnd, AGoodbyeCutOffBeforeItWasHeardIsSaidAgain) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("That is all right, then.");
  call.agent_replies("Thank you. Goodbye.", true);
  call.agent_is_heard();
  call.callee_starts();
  call.wait(milliseconds{1700}, true);
  call.callee_pauses();
  call.forget();
  call.understood("Half past eight for two. See you tomorrow.");
  call.judged(0.9F);
  EXPECT_FALSE(call.did("hang_up"));
  EXPECT_TRUE(call.did("start_reply"));
}

TEST(CallEnd, SilenceIsAskedIntoTwiceThenTheAgentSaysGoodbye) {
  TestCall call;
  call.pick_up_and_listen();
  for (int i = 0; i < 2; ++i) {
    call.wait(milliseconds{7900});
    EXPECT_EQ(call.take(), "");
    call.wait(milliseconds{150});
    EXPECT_TRUE(call.did("speak \"Hello, are you still there?\""));
    call.agent_is_heard();
    call.agent_finishes();
    call.forget();
  }
  call.wait(milliseconds{8050});
  EXPECT_TRUE(call.did("speak \"I cannot hear anyone,"));
  call.agent_is_heard();
  call.agent_finishes();
  call.wait(milliseconds{640});
  EXPECT_TRUE(call.did("hang_up silence"));
}

TEST(CallEnd, ACalleeWhoComesBackIsHeard) {
  TestCall call;
  call.pick_up_and_listen();
  call.wait(milliseconds{8050});
  call.agent_is_heard();
  call.agent_finishes();
  call.forget();
  call.callee_says("Yes, I am here.");
  EXPECT_TRUE(call.did("start_reply"));
}

TEST(CallEnd, OneMomentPleaseIsWaitedFor) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("One moment please, let me check.");
  call.agent_replies("Of course.");
  call.agent_is_heard();
  call.agent_finishes();
  call.forget();
  call.wait(milliseconds{29000});
  EXPECT_EQ(call.take(), "");
}

TEST(CallEnd, WhenTimeIsUpTheAgentSaysSoAndHangsUp) {
  TestCall call({.silence_prompt = milliseconds{700000}, .max_duration = milliseconds{60000}});
  call.pick_up_and_listen();
  call.wait(milliseconds{48600});
  EXPECT_TRUE(call.did("speak \"I am sorry, I have to end the call here.\""));
  call.agent_is_heard();
  call.callee_says("But I have another question!");
  EXPECT_FALSE(call.did("start_reply"));
  call.agent_finishes();
  call.wait(milliseconds{640});
  EXPECT_TRUE(call.did("hang_up duration"));
  EXPECT_TRUE(call.did("record_callee \"But I have another question!\""));
}

TEST(CallEnd, TheLongestDurationHoldsWhateverHappens) {
  TestCall call({.max_duration = milliseconds{60000}});
  call.pick_up_and_listen();
  call.callee_starts();
  call.wait(milliseconds{60000}, true);
  EXPECT_TRUE(call.did("hang_up duration"));
}

TEST(CallEnd, ACalleeWhoLeavesEndsEverythingAndWhatWasHeardIsRecorded) {
  TestCall call;
  call.pick_up_and_listen();
  call.agent_is_speaking();
  call.event(CalleeLeft{});
  EXPECT_EQ(call.take(), "stop_voice\nhang_up callee_left\n");
  call.event(Tick{});
  call.callee_starts();
  EXPECT_EQ(call.take(), "");
}

// livekit/agents#1581: what was said last was lost.
TEST(CallEnd, TheLastWordsOfACalleeWhoHangsUpInMidSentenceAreKept) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  call.wait(milliseconds{700}, true);
  call.event(CalleeLeft{});
  EXPECT_FALSE(call.over());
  call.understood("We are fully booked");
  EXPECT_TRUE(call.did("record_callee \"We are fully booked\""));
  EXPECT_TRUE(call.did("hang_up callee_left"));
}

TEST(CallEnd, WordsAlreadyUnderstoodAreKeptHoweverTheCallEnds) {
  for (const Event& end : {Event{CalleeLeft{}}, Event{StopRequested{}}, Event{VoiceFailed{"no model"}}}) {
    TestCall call;
    call.pick_up_and_listen();
    call.callee_starts();
    call.callee_pauses();
    call.understood("Friday at eight is confirmed, and");
    call.event(end);
    EXPECT_TRUE(call.did("record_callee \"Friday at eight is confirmed, and\"")) << call.take();
    EXPECT_TRUE(call.over());
  }
}

TEST(CallEnd, AYesIntoTheEndOfAQuestionAndKeysAreKeptWhenTheyHangUpAtOnce) {
  TestCall call;
  call.pick_up_and_listen();
  call.agent_is_speaking("Do you have a table for two?");
  call.callee_starts();
  call.event(VoiceHeld{milliseconds{1000}});
  call.callee_pauses();
  call.understood("Yes.");
  call.event(DigitHeard{'1'});
  call.wait(milliseconds{200});
  call.event(CalleeLeft{});
  EXPECT_TRUE(call.did("record_callee \"Yes.\""));
  EXPECT_TRUE(call.did("record_callee \"(pressed 1)\""));
}

TEST(CallEnd, ACalleeWhoLeavesBeforeTheAnswerEndsTheCall) {
  TestCall call;
  call.event(CalleeLeft{});
  EXPECT_EQ(call.take(), "hang_up callee_left\n");
}

TEST(CallEnd, ALanguageModelThatFailsIsExcusedAndAskedOnceMore) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("For how many people?");
  call.forget();
  call.event(ReplyFailed{call.reply(), "503"});
  EXPECT_EQ(call.take(), "note reply_failed \"503\"\nstart_reply 3\nspeak \"Sorry, one moment please.\"\n");
  call.agent_replies("For two.");
  EXPECT_TRUE(call.did("speak \"For two.\""));
  call.agent_is_heard();
  call.agent_finishes();
  EXPECT_FALSE(call.did("hang_up"));
}

TEST(CallEnd, ALanguageModelThatFailsTwiceEndsTheCallWithWords) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("For how many people?");
  call.event(ReplyFailed{call.reply(), "503"});
  call.event(ReplyFailed{call.reply(), "503"});
  EXPECT_TRUE(call.did("speak \"I am sorry, I have a technical problem"));
  call.agent_is_heard();
  call.agent_finishes();
  call.wait(milliseconds{640});
  EXPECT_TRUE(call.did("hang_up failure"));
}

TEST(CallEnd, AReplyThatNeverComesIsAFailureToo) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("For how many people?");
  call.wait(milliseconds{10100});
  EXPECT_TRUE(call.did("note reply_failed"));
  EXPECT_TRUE(call.did("cancel_reply"));
}

TEST(CallEnd, AFailureWhileTheTurnWasNotOverCountsOnlyOnceItIs) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  call.callee_pauses();
  call.understood("For how many");
  call.event(ReplyFailed{call.reply(), "503"});
  EXPECT_FALSE(call.did("speak"));
  call.judged(0.9F);
  EXPECT_TRUE(call.did("speak \"Sorry, one moment please.\""));
}

TEST(CallEnd, AReplyThatOnlyCallsToolsIsFollowedByAnotherButNotForEver) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("At eight.");
  for (int i = 0; i < 4; ++i) {
    call.forget();
    call.agent_replies("", false, true);
    EXPECT_TRUE(call.did("run_tools"));
    EXPECT_TRUE(call.did("start_reply"));
  }
  call.forget();
  call.agent_replies("", false, true);
  EXPECT_TRUE(call.did("note reply_failed"));
  call.agent_replies("", false, true);
  EXPECT_TRUE(call.did("speak \"I am sorry, I have a technical problem"));
}

TEST(CallEnd, ALanguageModelThatSaysNothingIsAskedOnceMoreAndNotForEver) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("For how many people?");
  call.agent_replies("");
  EXPECT_TRUE(call.did("speak \"Sorry, one moment please.\""));
  call.agent_replies("");
  EXPECT_TRUE(call.did("speak \"I am sorry, I have a technical problem"));
}

TEST(CallEnd, FailuresBetweenRepliesThatSucceedDoNotAddUp) {
  TestCall call;
  call.pick_up_and_listen();
  for (int i = 0; i < 3; ++i) {
    call.callee_says("For how many people?");
    call.event(ReplyFailed{call.reply(), "503"});
    call.agent_replies("For two.");
    call.agent_is_heard();
    call.wait(milliseconds{500});
    call.agent_finishes();
  }
  EXPECT_FALSE(call.did("speak \"I am sorry, I have a technical problem"));
}

TEST(CallEnd, AReplyThatBreaksOffIsNotSaidTwice) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("How can I help you?");
  call.event(ReplyPiece{call.reply(), "We have two wishes. The first"});
  call.agent_is_heard();
  call.forget();
  call.event(ReplyFailed{call.reply(), "connection reset"});
  EXPECT_EQ(call.take(), "note reply_failed \"connection reset\"\n");
  call.agent_finishes();
  EXPECT_TRUE(call.did("finish_voice"));
}

TEST(CallEnd, AReplyThatBrokeOffBeforeTheTurnWasOverIsNotSaidTwiceEither) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_starts();
  call.callee_pauses();
  call.understood("How can I help you?");
  call.event(ReplyPiece{call.reply(), "We have two wishes. The first"});
  call.event(ReplyFailed{call.reply(), "connection reset"});
  call.forget();
  call.judged(0.9F);
  call.wait(milliseconds{192});
  EXPECT_TRUE(call.did("stop_voice"));
  EXPECT_FALSE(call.did("release_voice"));
  EXPECT_TRUE(call.did("start_reply"));
}

TEST(CallEnd, AVoiceThatFailsEndsTheCall) {
  TestCall call;
  call.pick_up_and_listen();
  call.agent_is_speaking();
  call.event(VoiceFailed{"no model"});
  EXPECT_TRUE(call.did("hang_up failure"));
}

TEST(CallEnd, StoppingIsImmediate) {
  TestCall call;
  call.pick_up_and_listen();
  call.agent_is_speaking();
  call.event(StopRequested{});
  EXPECT_EQ(call.take(), "stop_voice\nhang_up stopped\n");
}

}  // namespace
}  // namespace call_agent::agent
