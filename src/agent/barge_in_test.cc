// The interruption matrix: what the callee says while the agent speaks, and what becomes of the agent's voice.
#include <gtest/gtest.h>

#include "agent/turn_taking.h"
#include "agent/turn_taking_harness.h"

namespace call_agent::agent {
namespace {

class BargeIn : public testing::Test {
 protected:
  void SetUp() override {
    call_.pick_up_and_listen();
    call_.agent_is_speaking();
  }
  void over_the_agent(const std::string& text, milliseconds length = milliseconds{300}) {
    call_.callee_starts();
    EXPECT_TRUE(call_.did("hold_voice"));
    call_.event(VoiceHeld{milliseconds{2500}});
    call_.callee_pauses(length);
    call_.understood(text);
  }
  TestCall call_;
};

TEST_F(BargeIn, TheVoiceIsHeldOnceItIsSpeechBeforeAnythingIsUnderstood) {
  call_.callee_starts();
  EXPECT_EQ(call_.take(), "start_segment\nhold_voice\n");
}

TEST_F(BargeIn, TheVoicePausesAtTheOnsetAndStaysHeldIfItIsSpeech) {
  call_.onset();
  EXPECT_EQ(call_.take(), "hold_voice\n");
  call_.wait(milliseconds{64}, true);
  call_.event(SpeechStarted{call_.now() - milliseconds{96}});
  EXPECT_EQ(call_.take(), "start_segment\n");
  call_.callee_pauses();
  call_.understood("Wait.");
  EXPECT_TRUE(call_.did("stop_voice"));
  EXPECT_FALSE(call_.did("note flinch"));
}

TEST_F(BargeIn, AnOnsetThatWasAClickLetsTheAgentGoOnAtOnce) {
  call_.onset();
  call_.forget();
  call_.wait(milliseconds{32});
  EXPECT_EQ(call_.take(), "note flinch \"\"\nrelease_voice at the cut\n");
}

TEST_F(BargeIn, WhereTheLineClicksOnlySpeechHoldsTheVoiceUntilSomebodyInterrupts) {
  const auto click = [this] {
    call_.forget();
    call_.onset();
    call_.wait(milliseconds{320});
    return call_.did("hold_voice");
  };
  EXPECT_TRUE(click());
  EXPECT_TRUE(click());
  EXPECT_FALSE(click());
  over_the_agent("Wait, what time?");
  call_.judged(0.9F);
  call_.wait(milliseconds{1500});
  call_.agent_replies("At seven.");
  call_.agent_is_heard();
  EXPECT_TRUE(click());
}

TEST_F(BargeIn, AnOnsetWhileTheAgentIsSilentIsOnlyWaitedFor) {
  call_.agent_replies("");
  call_.agent_finishes();
  call_.forget();
  call_.onset();
  call_.wait(milliseconds{32});
  EXPECT_EQ(call_.take(), "");
}

TEST_F(BargeIn, ABackchannelLetsTheAgentGoOn) {
  for (const auto* text : {"Yeah.", "ok", "Mm-hm.", "Uh-huh", "Right.", "Okay, okay.", "I see.", "yeah yeah, sure"}) {
    over_the_agent(text);
    EXPECT_TRUE(call_.did("release_voice")) << text;
    EXPECT_FALSE(call_.did("stop_voice")) << text;
    EXPECT_FALSE(call_.did("record_callee")) << text;
    call_.judged(0.99F);
    call_.wait(milliseconds{100});
    EXPECT_FALSE(call_.did("start_reply")) << text;
    call_.forget();
  }
}

TEST_F(BargeIn, ACoughOrADoorLetsTheAgentGoOn) {
  for (const auto* text : {"", "[coughs]", "(door)", "..."}) {
    over_the_agent(text);
    EXPECT_TRUE(call_.did("release_voice")) << text;
    EXPECT_FALSE(call_.did("stop_voice")) << text;
    call_.forget();
  }
}

TEST_F(BargeIn, ATranscriptionThatFailsLetsTheAgentGoOn) {
  call_.callee_starts();
  call_.callee_pauses();
  call_.event(Transcribed{.pause = call_.pause(), .failed = true});
  EXPECT_TRUE(call_.did("release_voice"));
}

TEST_F(BargeIn, WhatWasUnderstoodBeforeATranscriptionFailedIsNoAnswerButIsRecorded) {
  call_.callee_starts();
  call_.wait(milliseconds{300}, true);
  call_.event(SpeechPaused{call_.now()});
  call_.understood("Yes,");
  call_.wait(milliseconds{96});
  call_.callee_starts();
  call_.callee_pauses();
  call_.event(Transcribed{.pause = call_.pause(), .failed = true});
  EXPECT_TRUE(call_.did("record_callee \"Yes,\""));
  EXPECT_TRUE(call_.did("release_voice"));
  EXPECT_FALSE(call_.did("stop_voice"));
}

TEST_F(BargeIn, AHotlineThatNeverPausesTakesTheTurnEvenFromTheOpening) {
  TestCall call;
  call.event(Answered{"Hello, this is Ada."});
  call.event(VoiceStarted{});
  call.wait(milliseconds{500});
  call.callee_starts();
  call.wait(milliseconds{9000}, true);
  EXPECT_FALSE(call.did("stop_voice")) << "a restaurant's greeting takes its time";
  call.wait(milliseconds{1000}, true);
  call.understood("Hello and welcome, for tables press one, for");
  EXPECT_TRUE(call.did("stop_voice"));
}

TEST_F(BargeIn, WordsThatWantTheTurnGetIt) {
  for (const auto* text : {"Wait.", "Stop!", "No.", "Hold on a second", "Sorry?", "What?", "For how many people?",
                           "Yeah, but wait.", "okay but we are closed", "right, and your name"}) {
    TestCall call;
    call.pick_up_and_listen();
    call.agent_is_speaking();
    call.callee_starts();
    call.callee_pauses();
    call.understood(text);
    EXPECT_TRUE(call.did("stop_voice")) << text;
    EXPECT_FALSE(call.did("release_voice")) << text;
    call.judged(0.9F);
    call.wait(milliseconds{1500});
    EXPECT_TRUE(call.did(std::string("record_callee \"") + text)) << text;
    EXPECT_TRUE(call.did("start_reply")) << text;
  }
}

TEST_F(BargeIn, YeahAndAPauseAndThenMoreTakesTheTurnWithTheMore) {
  over_the_agent("Yeah.");
  EXPECT_TRUE(call_.did("release_voice"));
  call_.forget();
  over_the_agent("But wait.");
  EXPECT_TRUE(call_.did("stop_voice"));
}

TEST_F(BargeIn, SpeechThatDoesNotEndTakesTheTurnBeforeItIsUnderstood) {
  call_.callee_starts();
  call_.wait(milliseconds{1600}, true);
  EXPECT_TRUE(call_.did("stop_voice"));
  EXPECT_TRUE(call_.did("note interruption"));
}

TEST_F(BargeIn, AReplyStillArrivingIsCancelled) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("How can I help you?");
  call.event(ReplyPiece{call.reply(), "A table for two. And then"});
  call.agent_is_heard();
  call.forget();
  call.callee_says("Stop.");
  EXPECT_TRUE(call.did("cancel_reply"));
  EXPECT_TRUE(call.did("stop_voice"));
}

TEST_F(BargeIn, YeahWhileTheAgentIsSilentIsATurn) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("Yeah.");
  EXPECT_TRUE(call.did("record_callee \"Yeah.\""));
  EXPECT_TRUE(call.did("start_reply"));
}

TEST_F(BargeIn, YeahWhileTheAgentStillThinksIsPartOfTheTurn) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("At eight.");
  call.forget();
  call.callee_says("Yeah.");
  EXPECT_TRUE(call.did("cancel_reply"));
  EXPECT_TRUE(call.did("record_callee \"Yeah.\""));
  EXPECT_TRUE(call.did("start_reply"));
}

TEST_F(BargeIn, ANoiseWhileTheAgentThinksCostsNothing) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("At eight.");
  call.forget();
  call.callee_says("", milliseconds{200});
  EXPECT_TRUE(call.did("release_voice"));
  EXPECT_FALSE(call.did("cancel_reply"));
}

TEST_F(BargeIn, YeahIntoTheLastWordsOfAQuestionIsItsAnswer) {
  call_.callee_starts();
  call_.event(VoiceHeld{milliseconds{200}});
  call_.callee_pauses(milliseconds{300});
  call_.understood("Yeah.");
  EXPECT_TRUE(call_.did("stop_voice"));
  call_.judged(0.9F);
  call_.wait(milliseconds{192});
  EXPECT_TRUE(call_.did("record_callee \"Yeah.\""));
}

TEST_F(BargeIn, YeahNearTheEndOfAQuestionIsItsAnswerIfNothingElseFollows) {
  TestCall call;
  call.pick_up_and_listen();
  call.agent_is_speaking("Do you have a table for two?");
  call.callee_starts();
  call.event(VoiceHeld{milliseconds{1000}});
  call.callee_pauses();
  call.understood("Yes.");
  EXPECT_TRUE(call.did("release_voice"));
  call.wait(milliseconds{600});
  call.agent_finishes();
  call.wait(milliseconds{1000});
  EXPECT_FALSE(call.did("record_callee"));
  call.wait(milliseconds{300});
  EXPECT_TRUE(call.did("record_callee \"Yes.\""));
  EXPECT_TRUE(call.did("start_reply"));
}

TEST_F(BargeIn, AnOldYeahIsNotTheAnswerToALaterQuestion) {
  TestCall call;
  call.pick_up_and_listen();
  call.agent_is_speaking("I will wait for you.");
  call.callee_starts();
  call.event(VoiceHeld{milliseconds{1000}});
  call.callee_pauses();
  call.understood("Okay.");
  call.wait(milliseconds{600});
  call.agent_finishes();
  call.wait(milliseconds{8100});
  EXPECT_TRUE(call.did("speak \"Hello, are you still there?\""));
  call.agent_is_heard();
  call.wait(milliseconds{1500});
  call.agent_finishes();
  call.wait(milliseconds{3000});
  EXPECT_FALSE(call.did("record_callee"));
}

TEST_F(BargeIn, ASureBeforeThePrincipalsAnswerIsNotConsentToIt) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("Would nine be possible?");
  call.event(ReplyDone{.reply = call.reply(), .other_tools = true, .asks_principal = true});
  call.agent_is_heard();
  call.callee_starts();
  call.event(VoiceHeld{milliseconds{1000}});
  call.callee_pauses();
  call.understood("Sure.");
  call.wait(milliseconds{600});
  call.agent_finishes();
  call.wait(milliseconds{5000});
  call.event(PrincipalSpoke{.awaited = true});
  call.agent_replies("She would rather have eight. Does that work, with a deposit?");
  call.agent_is_heard();
  call.wait(milliseconds{2000});
  call.agent_finishes();
  call.forget();
  call.wait(milliseconds{3000});
  EXPECT_FALSE(call.did("record_callee"));
}

TEST_F(BargeIn, AGoodbyeThatIsCompleteWhileTheCalleeSaysTheirsStands) {
  TestCall call;
  call.pick_up_and_listen();
  call.callee_says("See you tomorrow.");
  call.event(ReplyPiece{call.reply(), "Thank you. Goodbye. "});
  call.agent_is_heard();
  call.callee_starts();
  call.event(ReplyDone{.reply = call.reply(), .ends_call = true});
  EXPECT_TRUE(call.did("run_tools"));
  call.callee_pauses(milliseconds{300});
  call.understood("Bye!");
  EXPECT_TRUE(call.did("record_callee \"Bye!\""));
  EXPECT_TRUE(call.did("release_voice"));
  call.agent_finishes();
  call.wait(milliseconds{700});
  EXPECT_TRUE(call.did("hang_up agent_finished"));
}

TEST_F(BargeIn, YeahEarlyInAQuestionIsNotItsAnswer) {
  TestCall call;
  call.pick_up_and_listen();
  call.agent_is_speaking("We would be two. Do you have a table?");
  call.callee_starts();
  call.event(VoiceHeld{milliseconds{2500}});
  call.callee_pauses();
  call.understood("Mm-hm.");
  call.wait(milliseconds{2500});
  call.agent_finishes();
  call.wait(milliseconds{3000});
  EXPECT_FALSE(call.did("record_callee"));
}

// livekit/agents#6608: no deaf time at the start of the call.
TEST(BargeInOnTheOpening, InterruptionWorksFromTheFirstWord) {
  TestCall call;
  call.event(Answered{"Hello, I would like to book a table for two."});
  call.agent_is_heard();
  call.forget();
  call.callee_starts();
  EXPECT_TRUE(call.did("hold_voice"));
  EXPECT_LE(call.now(), milliseconds{96});
  call.callee_pauses();
  call.understood("Stop, we are closed.");
  EXPECT_TRUE(call.did("stop_voice"));
}

TEST(BargeInOnTheOpening, AGreetingOnPickingUpIsRecordedAndTheOpeningGoesOn) {
  for (const auto* text : {"Hello?", "Hi!", "Hello, Luigi's restaurant, how can I help you?", "Good evening."}) {
    TestCall call;
    call.event(Answered{"Hello, I would like to book a table for two."});
    call.agent_is_heard();
    call.forget();
    call.callee_says(text, milliseconds{2000});
    EXPECT_TRUE(call.did("release_voice")) << text;
    EXPECT_FALSE(call.did("stop_voice")) << text;
    EXPECT_TRUE(call.did(std::string("record_callee \"") + text)) << text;
    EXPECT_FALSE(call.did("start_reply")) << text;
    EXPECT_FALSE(call.did("speak")) << "the opening must not start again";
  }
}

}  // namespace
}  // namespace call_agent::agent
