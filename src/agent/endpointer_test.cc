#include "agent/endpointer.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>

namespace call_agent::agent {
namespace {

// One character is 100 ms: 'S' speech, 's' between the thresholds, '.' silence. Events as "start-", "|pause",
// "+resume", "end ".
std::string events(std::string_view timeline) {
  auto endpointer = Endpointer::create({.window = milliseconds{100},
                                        .enter = 0.5F,
                                        .leave = 0.35F,
                                        .min_speech = milliseconds{200},
                                        .min_pause = milliseconds{200},
                                        .min_silence = milliseconds{400}});
  std::string out;
  for (const char c : timeline) {
    const auto event = endpointer->push(c == 'S' ? 0.9F : c == 's' ? 0.4F : 0.0F);
    if (!event) continue;
    const auto at = std::to_string(event->at.count());
    using Kind = Endpointer::Event::Kind;
    if (event->kind == Kind::kStarted) out += at + "-";
    if (event->kind == Kind::kPaused) out += "|" + at;
    if (event->kind == Kind::kResumed) out += "+" + at;
    if (event->kind == Kind::kEnded) out += "-" + at + " ";
  }
  return out;
}

TEST(Endpointer, TellsWhereSpeechStartedPausedAndEnded) {
  EXPECT_EQ(events("..SSSS...."), "200-|600-600 ");
  EXPECT_EQ(events("..SSSS.."), "200-|600");
  EXPECT_EQ(events("SS....SS...."), "0-|200-200 600-|800-800 ");
}

TEST(Endpointer, SpeechThatGoesOnBeforeTheEndIsResumed) {
  EXPECT_EQ(events("SSS..SS...."), "0-|300+500|700-700 ");
}

TEST(Endpointer, AGapShorterThanAPauseIsNone) {
  EXPECT_EQ(events("SSS.SS.."), "0-|600");
}

TEST(Endpointer, SoftSpeechHoldsSpeechOpenButNeverOpensIt) {
  EXPECT_EQ(events("ssssss"), "");
  EXPECT_EQ(events("SSssssss.."), "0-|800");
}

TEST(Endpointer, AClickOnTheLineIsNotSpeech) {
  EXPECT_EQ(events("S.S.S..."), "");
  EXPECT_EQ(events("SS..S.S."), "0-|200-200 ");
}

TEST(Endpointer, AnOnsetIsOneSureWindowOrTwoLikelyOnesOutsideSpeech) {
  // 'S' is sure, 's' likely: 'o' where there is an onset.
  const auto onsets = [](std::string_view timeline) {
    auto endpointer = Endpointer::create(
        {.enter = 0.5F, .min_speech = milliseconds{96}, .sure = 0.7F, .min_onset = milliseconds{64}});
    std::string out;
    for (const char c : timeline) {
      endpointer->push(c == 'S' ? 0.7F : c == 's' ? 0.6F : 0.0F);
      out += endpointer->onset() ? 'o' : '.';
    }
    return out;
  };
  EXPECT_EQ(onsets(".S."), ".o.");
  EXPECT_EQ(onsets(".s."), "...");
  EXPECT_EQ(onsets(".ss."), "..o.");
  EXPECT_EQ(onsets(".s.s."), ".....");
  // The third window is speech by then, and what goes on is no onset; what resumes after a pause is.
  EXPECT_EQ(onsets(".SSSSS..."), ".ooo.....");
  EXPECT_EQ(onsets("SSS...S"), "ooo...o");
}

TEST(Endpointer, RefusesOptionsThatCannotWork) {
  const auto code = [](const Endpointer::Options& options) { return Endpointer::create(options).error().code; };
  EXPECT_EQ(code({.window = milliseconds{0}}), Errc::kInvalidArgument);
  EXPECT_EQ(code({.enter = 0.2F, .leave = 0.4F}), Errc::kInvalidArgument);
  EXPECT_EQ(code({.enter = std::numeric_limits<float>::quiet_NaN()}), Errc::kInvalidArgument);
  EXPECT_EQ(code({.enter = 0.8F, .sure = 0.7F}), Errc::kInvalidArgument);
  EXPECT_EQ(code({.min_onset = milliseconds{128}}), Errc::kInvalidArgument);
  EXPECT_EQ(code({.min_pause = milliseconds{500}, .min_silence = milliseconds{400}}), Errc::kInvalidArgument);
}

}  // namespace
}  // namespace call_agent::agent
