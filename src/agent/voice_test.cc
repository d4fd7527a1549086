#include "agent/voice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/session_fakes.h"

namespace call_agent::agent {
namespace {

using testing::ElementsAre;

// Sentences of 20 characters last a second.
constexpr const char* kOne = "one two three four..";
constexpr const char* kTwo = "five six seven eig..";
constexpr const char* kThree = "nine ten eleven tw..";

class VoiceTest : public testing::Test, public Voice::Listener {
 protected:
  VoiceTest()
      : media_(io_.get_executor()), voice_(io_.get_executor(), tts_, media_, *this), tasks_(io_.get_executor()) {
    tasks_.spawn(voice_.play());
    tasks_.spawn(voice_.watch());
  }
  ~VoiceTest() override {
    tasks_.cancel();
    asio::co_spawn(io_, voice_.close(), [](std::exception_ptr) {});
    io_.restart();
    io_.run();
  }
  /// The callee listens for so long.
  void listen(int ms) {
    asio::co_spawn(io_, frames(ms / FakeMedia::kFrameMs), [this](std::exception_ptr error) {
      ASSERT_FALSE(error);
      io_.stop();
    });
    io_.restart();
    io_.run();
  }
  awaitable<void> frames(int count) {
    for (int i = 0; i < count; ++i) co_await media_.read();
  }
  void on_voice_started() override { ++started_; }
  void on_voice_idle() override { ++idle_; }
  void on_voice_failed(const Error& error) override { failed_ = error.code; }

  asio::io_context io_;
  FakeMedia media_;
  FakeTts tts_;
  Voice voice_;
  TaskGroup tasks_;
  int started_ = 0, idle_ = 0;
  std::optional<Errc> failed_;
};

TEST_F(VoiceTest, SaysSentencesWithoutAGapAndTellsWhenAllIsHeard) {
  voice_.say(kOne);
  voice_.say(kTwo);
  listen(1900);
  EXPECT_EQ(started_, 1);
  EXPECT_EQ(idle_, 0);
  listen(300);
  EXPECT_EQ(idle_, 1);
  EXPECT_EQ(media_.heard_ms(), 2000);
  const auto heard = voice_.finish();
  EXPECT_EQ(heard.text, std::string(kOne) + " " + kTwo);
  EXPECT_TRUE(heard.first_audio.has_value());
}

TEST_F(VoiceTest, WhatMadeNoSoundWasNotSaid) {
  tts_.mute = true;
  voice_.say(kOne);
  listen(100);
  tts_.mute = false;
  voice_.say(kTwo);
  listen(1200);
  EXPECT_EQ(voice_.finish().text, kTwo);
}

TEST_F(VoiceTest, SynthesisesOneSentenceAheadAndNoMore) {
  for (const auto* sentence : {kOne, kTwo, kThree}) voice_.say(sentence);
  listen(500);
  EXPECT_THAT(tts_.spoken, ElementsAre(kOne, kTwo));
  listen(600);
  EXPECT_THAT(tts_.spoken, ElementsAre(kOne, kTwo, kThree));
}

TEST_F(VoiceTest, HeldItIsSilentAtOnceAndReleasedItGoesOnWithoutLosingAWord) {
  voice_.say(kOne);
  voice_.say(kTwo);
  listen(1200);
  const auto remaining = voice_.hold();
  ASSERT_TRUE(remaining.has_value());
  EXPECT_NEAR(static_cast<double>(remaining->count()), 800, 40);
  const int before = media_.heard_ms();
  listen(1000);
  EXPECT_EQ(media_.heard_ms(), before);
  voice_.release();
  listen(1500);
  EXPECT_EQ(idle_, 1);
  EXPECT_GE(media_.heard_ms(), 2000);
  EXPECT_LE(media_.heard_ms(), 2000 + 400) << "back to a quiet place, which costs 350 ms at most";
}

TEST_F(VoiceTest, ReleasedAtTheCutItSaysNothingAgain) {
  voice_.say(kOne);
  listen(500);
  voice_.hold();
  listen(40);
  voice_.release_at_cut();
  listen(1500);
  EXPECT_EQ(idle_, 1);
  EXPECT_GE(media_.heard_ms(), 1000);
  EXPECT_LE(media_.heard_ms(), 1000 + 20);
}

TEST_F(VoiceTest, HeldAgainWhileItSaysWordsAgainItDoesNotSkipTheirRest) {
  voice_.say(kOne);
  listen(840);  // In the midst of "four", which is said again from 650 ms on.
  voice_.hold();
  listen(200);
  voice_.release();
  listen(60);
  voice_.hold();
  listen(40);
  const int before = media_.heard_ms();
  voice_.release_at_cut();
  listen(2000);
  EXPECT_EQ(idle_, 1);
  EXPECT_GE(media_.heard_ms() - before, 240) << "from the second cut, not from the first";
}

TEST_F(VoiceTest, WhatIsSaidWhileItIsHeldWaits) {
  EXPECT_EQ(voice_.hold(), std::nullopt);
  voice_.say(kOne);
  listen(500);
  EXPECT_EQ(media_.heard_ms(), 0);
  EXPECT_THAT(tts_.spoken, ElementsAre(kOne)) << "but is made ready";
  voice_.release();
  listen(40);
  EXPECT_GT(media_.heard_ms(), 0);
}

TEST_F(VoiceTest, StoppedItTellsWhichWordsWereHeard) {
  voice_.say(kOne);
  voice_.say(kTwo);
  listen(1500);
  const auto heard = voice_.stop();
  EXPECT_EQ(heard.text, std::string(kOne) + " five six");
  EXPECT_FALSE(heard.complete);
  const int before = media_.heard_ms();
  listen(500);
  EXPECT_EQ(media_.heard_ms(), before);
  EXPECT_EQ(idle_, 0);
}

TEST_F(VoiceTest, StoppedWhileHeldItCountsWhatWasHeardBeforeTheHold) {
  voice_.say(kOne);
  listen(700);
  voice_.hold();
  listen(500);
  EXPECT_EQ(voice_.stop().text, "one two three");
}

TEST_F(VoiceTest, AfterAStopItSpeaksAgain) {
  voice_.say(kOne);
  listen(300);
  voice_.hold();
  voice_.stop();
  voice_.say(kTwo);
  listen(1200);
  EXPECT_EQ(started_, 2);
  EXPECT_EQ(idle_, 1);
  EXPECT_EQ(voice_.finish().text, kTwo);
}

TEST_F(VoiceTest, ASecondHoldInALaterSentenceStillLosesNothing) {
  for (const auto* sentence : {kOne, kTwo, kThree}) voice_.say(sentence);
  for (int i = 0; i < 5; ++i) {
    listen(600);
    voice_.hold();
    listen(100);
    voice_.release();
  }
  listen(3000);
  EXPECT_EQ(idle_, 1);
  EXPECT_GE(media_.heard_ms(), 3000);
  EXPECT_EQ(voice_.finish().text, std::string(kOne) + " " + kTwo + " " + kThree);
}

TEST_F(VoiceTest, ASentenceThatFailsIsTriedOnceMore) {
  tts_.failures = 1;
  voice_.say(kOne);
  listen(1200);
  EXPECT_EQ(failed_, std::nullopt);
  EXPECT_EQ(idle_, 1);
  voice_.finish();
  tts_.failures = 2;
  voice_.say(kOne);
  listen(100);
  EXPECT_EQ(failed_, Errc::kInternal);
}

TEST_F(VoiceTest, AVoiceThatBringsNothingHasFailed) {
  tts_.hangs = true;
  voice_.say(kOne);
  listen(100);
  voice_.check(Clock::now() + milliseconds{9000});
  EXPECT_EQ(failed_, std::nullopt);
  voice_.check(Clock::now() + milliseconds{11000});
  EXPECT_EQ(failed_, Errc::kDeadline);
}

}  // namespace
}  // namespace call_agent::agent
