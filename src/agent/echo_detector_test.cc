#include "agent/echo_detector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "audio/g711.h"
#include "audio/level.h"
#include "audio/resampler.h"

namespace call_agent::agent {
namespace {

using Audio = std::vector<Sample>;

// Something like a voice: pulses at a wandering pitch and noise, through three wandering formants, in syllables. The
// same speaker and words give the same sound. At kListenRate.
Audio voice(unsigned speaker, unsigned words, milliseconds length) {
  std::mt19937 person(speaker), text(words * 1000 + speaker);
  const auto between = [](std::mt19937& random, double low, double high) {
    return low + (high - low) * static_cast<double>(random()) / static_cast<double>(std::mt19937::max());
  };
  const double base_pitch = between(person, 90, 220);
  std::mt19937 breath(words);
  Audio out;
  double phase = 0;
  std::array<std::array<double, 2>, 3> memory{};
  while (std::ssize(out) < length.count() * kListenRate / 1000) {
    const auto syllable = static_cast<int>(between(text, 90, 260) * kListenRate / 1000);
    const std::array<double, 3> formants{between(text, 300, 800), between(text, 900, 2200), between(text, 2300, 3200)};
    const double pitch_begin = base_pitch * between(text, 0.8, 1.3), pitch_end = base_pitch * between(text, 0.8, 1.3);
    const double noise = between(text, 0.02, 0.3);
    for (int i = 0; i < syllable; ++i) {
      const double place = static_cast<double>(i) / syllable;
      phase += (pitch_begin + (pitch_end - pitch_begin) * place) / kListenRate;
      double sound = noise * between(breath, -1, 1);
      if (phase >= 1) {
        // No two periods of a throat are alike.
        phase -= between(breath, 0.97, 1.03);
        sound += between(breath, 6, 10);
      }
      double sum = 0;
      for (std::size_t f = 0; f < formants.size(); ++f) {
        constexpr double kRadius = 0.985;
        const double turn = 2 * std::numbers::pi * formants[f] / kListenRate;
        const double next = sound + 2 * kRadius * std::cos(turn) * memory[f][0] - kRadius * kRadius * memory[f][1];
        memory[f] = {next, memory[f][0]};
        sum += next / static_cast<double>(f + 1);
      }
      out.push_back(static_cast<Sample>(std::clamp(sum * 300 * std::sin(std::numbers::pi * place), -3e4, 3e4)));
    }
  }
  out.resize(static_cast<std::size_t>(length.count()) * kListenRate / 1000);
  return out;
}

// There and back through a telephone: its band, its codec, its level, its clock.
Audio over_the_line(const Audio& audio, double decibels, double drift_ppm = 0) {
  const auto narrow = audio::resample(audio, kListenRate, 8000).value();
  Audio line;
  double low = 0, before = 0;
  const double gain = std::pow(10, decibels / 20);
  for (std::size_t i = 0;; ++i) {
    const double place = static_cast<double>(i) * (1 + drift_ppm * 1e-6);
    const auto whole = static_cast<std::size_t>(place);
    if (whole + 1 >= narrow.size()) break;
    const double part = place - static_cast<double>(whole);
    const double sample = narrow[whole] * (1 - part) + narrow[whole + 1] * part;
    low = 0.8 * (low + sample - before);  // A high pass at 300 Hz.
    before = sample;
    line.push_back(audio::alaw_decode(audio::alaw_encode(static_cast<Sample>(std::clamp(low * gain, -3e4, 3e4)))));
  }
  return audio::resample(line, 8000, kListenRate).value();
}

// One call: the agent speaks from the beginning, as its voice is queued in 20 ms pieces 200 ms ahead.
class Line {
 public:
  explicit Line(Audio agent) : agent_(std::move(agent)) {}

  void add(milliseconds at, const Audio& audio) {
    const auto begin = static_cast<std::size_t>(at.count() * kListenRate / 1000);
    if (heard_.size() < begin + audio.size()) heard_.resize(begin + audio.size());
    for (std::size_t i = 0; i < audio.size(); ++i) {
      heard_[begin + i] = static_cast<Sample>(std::clamp(heard_[begin + i] + audio[i], -32768, 32767));
    }
  }

  struct Judged {
    int windows = 0;  ///< That sounded like something.
    int echo = 0;     ///< And were found to be echo.
    int run = 0;      ///< The longest of those in a row that were not.
    double share() const { return windows == 0 ? 0 : static_cast<double>(echo) / windows; }
  };
  /// Of what is heard in [from, to).
  Judged judge(milliseconds from, milliseconds to) {
    auto detector = EchoDetector::create(kListenRate).value();
    Judged judged;
    int run = 0;
    std::size_t said = 0;
    constexpr std::size_t kPiece = kListenRate / 50;
    for (std::size_t end = kVadWindow; end <= heard_.size(); end += kVadWindow) {
      const milliseconds now{static_cast<std::int64_t>(end) * 1000 / kListenRate};
      // On a clock of 20 ms, as the audio comes.
      const milliseconds tick = now / 20 * 20;
      while (said + kPiece <= agent_.size() && said < end + 10 * kPiece) {
        detector.said(tick, std::span(agent_).subspan(said, kPiece));
        said += kPiece;
      }
      const std::span<const Sample, kVadWindow> window(heard_.data() + end - kVadWindow, kVadWindow);
      detector.heard(now, window);
      if (audio::rms(window) < 25) continue;
      const bool echo = detector.echo() > milliseconds{0};
      if (now <= from || now > to) continue;
      ++judged.windows;
      judged.echo += echo ? 1 : 0;
      run = echo ? 0 : run + 1;
      judged.run = std::max(judged.run, run);
    }
    delay = detector.delay();
    return judged;
  }

  std::optional<milliseconds> delay;  ///< At the end.

 private:
  Audio agent_, heard_;
};

constexpr milliseconds kSpeech{5000};
constexpr milliseconds kAll{8000};
// Three windows in a row begin a turn (Endpointer::Options::min_speech).
constexpr int kTurn = 3;

class Echo : public testing::TestWithParam<std::tuple<int, double>> {};
INSTANTIATE_TEST_SUITE_P(DelaysAndLevels, Echo,
                         testing::Combine(testing::Values(70, 333, 905), testing::Values(0.0, -6.0, -18.0, -30.0)));

TEST_P(Echo, NeverLastsLongEnoughToBeATurn) {
  const auto [delay, level] = GetParam();
  for (unsigned speaker = 1; speaker <= 4; ++speaker) {
    const auto agent = voice(speaker, 1, kSpeech);
    Line line(agent);
    line.add(milliseconds{delay}, over_the_line(agent, level, 50));
    const auto judged = line.judge(milliseconds{0}, kAll);
    EXPECT_GT(judged.windows, 80);
    EXPECT_GT(judged.share(), 0.9) << speaker;
    EXPECT_LE(judged.run, kTurn + 1) << "of speaker " << speaker << ", whose first syllable may be all alike";
    EXPECT_LT(line.judge(milliseconds{delay + 200}, kAll).run, kTurn) << speaker;
    ASSERT_TRUE(line.delay) << speaker;
    EXPECT_NEAR(static_cast<double>(line.delay.value_or(milliseconds{0}).count()), delay, 35)
        << "a window and the clock's 20 ms";
  }
}

TEST(EchoDetector, FollowsADelayThatAJitterBufferStretches) {
  const auto agent = voice(1, 1, kSpeech);
  const auto echo = over_the_line(agent, 0);
  Line line(agent);
  // As it grows in the first half second of a call: 64 ms of sound, then a little of it twice, and so on.
  milliseconds at{200};
  std::ptrdiff_t from = 0;
  for (const int again_ms : {0, 8, 7, 6, 11, 9, 7}) {
    const std::ptrdiff_t samples = (64 + again_ms) * kListenRate / 1000;
    line.add(at, Audio(echo.begin() + from, echo.begin() + from + samples));
    from += 64 * kListenRate / 1000;
    at += milliseconds{64 + again_ms};
  }
  line.add(at, Audio(echo.begin() + from, echo.end()));
  EXPECT_LE(line.judge(milliseconds{0}, milliseconds{800}).run, kTurn + 1);
  EXPECT_LT(line.judge(milliseconds{400}, kAll).run, kTurn);
  EXPECT_GT(line.judge(milliseconds{0}, kAll).share(), 0.9);
}

TEST(EchoDetector, SomebodyElseIsNotAnEcho) {
  for (unsigned speaker = 1; speaker <= 6; ++speaker) {
    for (unsigned callee = 11; callee <= 14; ++callee) {
      Line line(voice(speaker, 1, kSpeech));
      line.add(milliseconds{800}, over_the_line(voice(callee, 2, kSpeech), 0));
      const auto judged = line.judge(milliseconds{0}, kAll);
      EXPECT_GT(judged.windows, 80);
      EXPECT_LE(judged.echo, 2) << speaker << " and " << callee;
    }
  }
}

TEST(EchoDetector, TheAgentsWordsInAnotherMouthAreNotAnEcho) {
  const auto agent = voice(1, 1, kSpeech);
  Line line(agent);
  line.add(milliseconds{900}, over_the_line(voice(2, 1, kSpeech), 0));
  EXPECT_LE(line.judge(milliseconds{0}, kAll).echo, 2);
}

TEST(EchoDetector, WhoSpeaksOverTheEchoIsHeardAtOnce) {
  for (const double echo_level : {-6.0, -12.0, -24.0}) {
    for (unsigned callee = 11; callee <= 16; ++callee) {
      const auto agent = voice(1, 1, kSpeech);
      Line line(agent);
      line.add(milliseconds{300}, over_the_line(agent, echo_level));
      line.add(milliseconds{2048}, over_the_line(voice(callee, 2, milliseconds{1500}), 0));
      EXPECT_LT(line.judge(milliseconds{0}, milliseconds{2048}).run, kTurn);
      EXPECT_GE(line.judge(milliseconds{2048}, milliseconds{2048 + 192}).run, kTurn)
          << "callee " << callee << " over an echo of " << echo_level << " dB";
    }
  }
}

TEST(EchoDetector, AfterABackchannelTheEchoIsStillOne) {
  const auto agent = voice(1, 1, kSpeech);
  Line line(agent);
  line.add(milliseconds{300}, over_the_line(agent, -12));
  line.add(milliseconds{2048}, over_the_line(voice(12, 2, milliseconds{320}), 0));
  EXPECT_GE(line.judge(milliseconds{2048}, milliseconds{2400}).run, kTurn);
  EXPECT_LT(line.judge(milliseconds{2400}, kAll).run, kTurn);
}

TEST(EchoDetector, AnEchoBeyondItsReachIsTakenForSomebody) {
  const auto agent = voice(1, 1, milliseconds{1000});
  Line line(agent);
  line.add(EchoDetector::kReach + milliseconds{1500}, over_the_line(agent, 0));
  EXPECT_EQ(line.judge(milliseconds{0}, kAll).echo, 0);
}

TEST(EchoDetector, WhatWasDroppedUnheardHasNoEcho) {
  auto detector = EchoDetector::create(kListenRate).value();
  const auto agent = voice(1, 1, milliseconds{1000});
  detector.said(milliseconds{0}, agent);
  detector.silenced(milliseconds{0});
  int echo = 0;
  for (std::size_t end = kVadWindow; end <= agent.size(); end += kVadWindow) {
    detector.heard(milliseconds{static_cast<std::int64_t>(end) * 1000 / kListenRate},
                   std::span<const Sample, kVadWindow>(agent.data() + end - kVadWindow, kVadWindow));
    echo += detector.echo() > milliseconds{0} ? 1 : 0;
  }
  EXPECT_EQ(echo, 0);
}

TEST(EchoDetector, GoingOnAfterAHoldItKnowsWhatIsPlayedWhen) {
  // 200 ms are queued when the voice is held at 1000 ms; it goes on a second later, from where it was cut.
  auto detector = EchoDetector::create(kListenRate).value();
  const auto agent = voice(1, 1, milliseconds{3000});
  constexpr std::size_t kSecond = kListenRate;
  detector.said(milliseconds{0}, std::span(agent).first(kSecond * 12 / 10));
  detector.silenced(milliseconds{1000});
  detector.said(milliseconds{2000}, std::span(agent).subspan(kSecond));
  Audio heard(agent.begin(), agent.begin() + kSecond);
  heard.resize(2 * kSecond);
  heard.insert(heard.end(), agent.begin() + kSecond, agent.end());
  heard = over_the_line(heard, -6);
  int echo = 0, windows = 0;
  for (std::size_t end = kVadWindow; end <= heard.size(); end += kVadWindow) {
    const std::span<const Sample, kVadWindow> window(heard.data() + end - kVadWindow, kVadWindow);
    detector.heard(milliseconds{static_cast<std::int64_t>(end) * 1000 / kListenRate}, window);
    if (audio::rms(window) < 25) continue;
    ++windows;
    echo += detector.echo() > milliseconds{0} ? 1 : 0;
  }
  EXPECT_GT(windows, 60);
  EXPECT_GT(echo, windows * 9 / 10);
}

TEST(EchoDetector, RefusesAVoiceOfAnImpossibleRate) {
  const auto detector = EchoDetector::create(1);
  ASSERT_FALSE(detector);
  EXPECT_EQ(detector.error().code, Errc::kInvalidArgument);
}

}  // namespace
}  // namespace call_agent::agent
