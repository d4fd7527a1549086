#include "phone/hearing.h"

#include <gtest/gtest.h>

namespace call_agent::phone {
namespace {

using namespace std::chrono_literals;

TEST(Ear, SpeechEndsAfterTheHangoverAndOnlyOnce) {
  Ear ear;
  EXPECT_EQ(ear.packet(0ms, false), Ear::Change::kNone);
  EXPECT_EQ(ear.packet(20ms, true), Ear::Change::kStarted);
  EXPECT_EQ(ear.packet(40ms, true), Ear::Change::kNone);
  EXPECT_EQ(ear.packet(300ms, false), Ear::Change::kNone);
  EXPECT_TRUE(ear.speaking());
  EXPECT_FALSE(ear.voiced_just_now(300ms));
  EXPECT_EQ(ear.tick(440ms), Ear::Change::kEnded);
  EXPECT_EQ(ear.tick(460ms), Ear::Change::kNone);
  EXPECT_EQ(ear.last_voiced(), 40ms);
  EXPECT_EQ(ear.voiced_packets(), 2U);
}

TEST(Latency, ReplyIsFromTheEndOfMyWordsToTheFirstOfTheOthers) {
  Ear ear;
  LatencyMeter meter;
  EXPECT_EQ(meter.heard_voiced(0ms), std::nullopt);
  meter.said_first_voiced(1000ms, ear);
  meter.said_last_voiced(2000ms, ear);
  EXPECT_EQ(meter.heard_voiced(2450ms), 450ms);
  EXPECT_EQ(meter.heard_voiced(2470ms), std::nullopt);
}

TEST(Latency, ThereIsNoReplyWhileTheOtherSideSpoke) {
  Ear ear;
  LatencyMeter meter;
  ear.packet(1990ms, true);
  meter.said_last_voiced(2000ms, ear);
  EXPECT_EQ(meter.heard_voiced(2010ms), std::nullopt);
}

TEST(Latency, YieldIsFromMyFirstWordToTheOthersLast) {
  Ear ear;
  LatencyMeter meter;
  ear.packet(1000ms, true);
  meter.said_first_voiced(1010ms, ear);
  ear.packet(1200ms, true);
  ASSERT_EQ(ear.tick(1600ms), Ear::Change::kEnded);
  EXPECT_EQ(meter.heard_end(ear), 190ms);
  EXPECT_EQ(meter.heard_end(ear), std::nullopt);
}

TEST(Latency, AnOtherSideThatHadJustFinishedDidNotYield) {
  Ear ear;
  LatencyMeter meter;
  ear.packet(1000ms, true);
  meter.said_first_voiced(1200ms, ear);
  ASSERT_EQ(ear.tick(1400ms), Ear::Change::kEnded);
  EXPECT_EQ(meter.heard_end(ear), std::nullopt);
}

}  // namespace
}  // namespace call_agent::phone
