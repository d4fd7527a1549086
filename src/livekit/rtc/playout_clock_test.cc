#include "livekit/rtc/playout_clock.h"

#include <gtest/gtest.h>

namespace call_agent::livekit::rtc {
namespace {

constexpr milliseconds kFrame{20};
constexpr milliseconds kLead{20};

/// Milliseconds since some start.
TimePoint at(int ms) {
  return TimePoint() + std::chrono::hours(1) + milliseconds(ms);
}
long ms(PlayoutClock::Duration time) {
  return std::chrono::duration_cast<milliseconds>(time).count();
}

TEST(PlayoutClock, WhatWasHandedDrainsInRealTime) {
  PlayoutClock clock(kLead);
  clock.handed(at(0), kFrame, kFrame);
  clock.answered(at(0));
  clock.handed(at(0), kFrame, kFrame);
  EXPECT_EQ(ms(clock.queued(at(0))), 40);
  EXPECT_EQ(ms(clock.played(at(0))), 0);
  EXPECT_EQ(ms(clock.played(at(25))), 25);
  EXPECT_EQ(ms(clock.unplayed(at(25))), 15);
  EXPECT_EQ(ms(clock.played(at(100))), 40) << "no more than was handed";
}

TEST(PlayoutClock, SilenceAfterTheSpeechIsNotCounted) {
  PlayoutClock clock(kLead);
  clock.handed(at(0), kFrame, milliseconds{5});  // 5 ms of speech, 15 of silence
  EXPECT_EQ(ms(clock.unplayed(at(0))), 5);
  EXPECT_EQ(ms(clock.unplayed(at(3))), 2);
  EXPECT_EQ(ms(clock.unplayed(at(5))), 0);
  EXPECT_EQ(ms(clock.queued(at(5))), 15);
  EXPECT_TRUE(clock.may_hold_speech());
}

TEST(PlayoutClock, AHeldBackAnswerMeansExactlyTheLeadIsQueued) {
  PlayoutClock clock(kLead);
  clock.handed(at(0), kFrame, kFrame);
  clock.answered(at(0));
  clock.handed(at(1), kFrame, kFrame);
  clock.answered(at(45));  // the library was stalled: by clock nothing would be left
  EXPECT_EQ(ms(clock.queued(at(45))), 20);
  EXPECT_EQ(ms(clock.played(at(45))), 20);
}

TEST(PlayoutClock, AnImmediateAnswerSaysOnlyThatNoMoreIsQueued) {
  PlayoutClock clock(kLead);
  clock.handed(at(0), kFrame, kFrame);
  clock.answered(at(2));
  EXPECT_EQ(ms(clock.queued(at(2))), 18);
}

TEST(PlayoutClock, ClearedSpeechWasNotPlayed) {
  PlayoutClock clock(kLead);
  clock.handed(at(0), kFrame, kFrame);
  clock.handed(at(0), kFrame, kFrame);
  clock.cleared(at(10));
  EXPECT_EQ(ms(clock.played(at(10))), 10);
  EXPECT_EQ(ms(clock.played(at(100))), 10);
  EXPECT_EQ(ms(clock.queued(at(10))), 0);
  EXPECT_FALSE(clock.may_hold_speech());
  clock.handed(at(30), kFrame, PlayoutClock::Duration{0});
  EXPECT_EQ(clock.underruns(), 0U) << "a queue emptied by us has not run dry";
}

TEST(PlayoutClock, RestartCountsAnewButKeepsWhatIsStillQueued) {
  PlayoutClock clock(kLead);
  clock.handed(at(0), kFrame, kFrame);
  clock.restart(at(15));
  EXPECT_EQ(ms(clock.played(at(15))), 0);
  EXPECT_EQ(ms(clock.played(at(20))), 5);
}

TEST(PlayoutClock, AQueueThatRanDryIsCounted) {
  PlayoutClock clock(kLead);
  clock.handed(at(0), kFrame, kFrame);
  clock.handed(at(20), kFrame, kFrame);
  EXPECT_EQ(clock.underruns(), 0U);
  clock.handed(at(41), kFrame, kFrame);
  EXPECT_EQ(clock.underruns(), 1U);
}

TEST(PlayoutClock, ForgetsFramesLongPlayed) {
  PlayoutClock clock(kLead);
  clock.handed(at(0), kFrame, kFrame);
  for (int i = 1; i <= 5; ++i) clock.handed(at(20 * i), kFrame, PlayoutClock::Duration{0});
  EXPECT_FALSE(clock.may_hold_speech());
  EXPECT_EQ(ms(clock.played(at(200))), 20);
}

}  // namespace
}  // namespace call_agent::livekit::rtc
