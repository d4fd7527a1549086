#include "providers/local/local_models.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <random>
#include <sstream>

#include "audio/g711.h"
#include "audio/level.h"
#include "audio/resampler.h"
#include "core/channel.h"
#include "core/task_group.h"
#include "core/test_run.h"
#include "providers/local/flite_voice.h"

namespace call_agent::providers::local {
namespace {

using Audio = std::vector<agent::Sample>;

/// What arrives at the other end of a telephone line, at 16 kHz.
Audio over_the_phone(const Audio& audio, int rate) {
  Audio narrow = audio::resample(audio, rate, 8000).value();
  std::vector<std::uint8_t> wire(narrow.size());
  audio::ulaw_encode(narrow, wire);
  audio::ulaw_decode(wire, narrow);
  return audio::resample(narrow, 8000, agent::kListenRate).value();
}

Audio say(agent::Tts& tts, std::string text) {
  Audio audio;
  const auto spoken = test::run(tts.synthesize(std::move(text), [&](std::span<const agent::Sample> piece) {
    audio.insert(audio.end(), piece.begin(), piece.end());
  }));
  EXPECT_TRUE(spoken) << spoken.error().what;
  return audio;
}

std::vector<std::string> words_of(const std::string& text) {
  std::string plain;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '\'')
      plain += static_cast<char>(std::tolower(c));
    else if (c != ',')
      plain += ' ';
  }
  std::istringstream stream(plain);
  return {std::istream_iterator<std::string>(stream), {}};
}

/// Words to be changed, added or removed.
std::size_t word_errors(const std::string& said, const std::string& heard) {
  const auto a = words_of(said);
  const auto b = words_of(heard);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, changed}));
    }
  }
  return row.back();
}

/// The share of windows that sound like speech.
double spoken_share(agent::Vad& vad, const Audio& audio) {
  std::size_t windows = 0;
  std::size_t spoken = 0;
  for (std::size_t at = 0; at + agent::kVadWindow <= audio.size(); at += agent::kVadWindow, ++windows) {
    const auto probability =
        test::run(vad.push(std::span<const agent::Sample, agent::kVadWindow>(&audio[at], agent::kVadWindow)));
    EXPECT_TRUE(probability) << probability.error().what;
    if (probability.value_or(0) > 0.5F) ++spoken;
  }
  return static_cast<double>(spoken) / static_cast<double>(std::max<std::size_t>(windows, 1));
}

std::string hear(agent::Stt& stt, const Audio& audio) {
  stt.start_segment({});
  for (std::size_t at = 0; at < audio.size(); at += 320) {
    stt.push(std::span(audio).subspan(at, std::min<std::size_t>(320, audio.size() - at)));
  }
  const auto transcript = test::run(stt.transcribe());
  stt.end_segment();
  EXPECT_TRUE(transcript) << transcript.error().what;
  return transcript ? transcript->text : std::string();
}

double in_ms(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

class RealModels : public testing::Test {
 protected:
  void load(LocalModels::Wanted wanted) {
    const auto loaded = models_.load(wanted);
    ASSERT_TRUE(loaded) << loaded.error().what;
  }
  // One set for all tests of a process, as for all calls of one: loading is the slowest part.
  LocalModels& models_ = shared();

 private:
  static LocalModels& shared() {
    static LocalModels models;
    return models;
  }
};

TEST(LocalModels, WhatWasNotLoadedCannotBeMade) {
  LocalModels models;
  EXPECT_EQ(models.make_vad().error().code, Errc::kConflict);
  EXPECT_EQ(models.make_turn_detector().error().code, Errc::kConflict);
  EXPECT_EQ(models.make_stt().error().code, Errc::kConflict);
  EXPECT_EQ(models.make_tts().error().code, Errc::kConflict);
  ASSERT_TRUE(models.load({.vad = true}));
  EXPECT_TRUE(models.make_vad());
  EXPECT_FALSE(models.make_tts());
}

// Silent windows are not shown to the model: it must not miss the word after them for that.
TEST_F(RealModels, TheVadHearsTheFirstWordAfterADeadSilentLine) {
  load({.vad = true, .tts = true});
  auto tts = models_.make_tts().value();
  const Audio speech =
      over_the_phone(say(*tts, "I would like to know what time you open tomorrow."), tts->sample_rate());
  Audio after_silence(static_cast<std::size_t>(agent::kListenRate) * 4);
  after_silence.insert(after_silence.end(), speech.begin(), speech.end());
  const auto windows = [](const Audio& audio) { return static_cast<double>(audio.size()) / agent::kVadWindow; };
  const double alone = spoken_share(**models_.make_vad(), speech) * windows(speech);
  const double after = spoken_share(**models_.make_vad(), after_silence) * windows(after_silence);
  EXPECT_NEAR(after, alone, 2) << "windows of speech";
}

TEST_F(RealModels, TheVadTellsSpeechFromSilenceAndNoise) {
  load({.vad = true, .tts = true});
  auto tts = models_.make_tts().value();
  const Audio speech = over_the_phone(say(*tts, "We have a table at eight o'clock this evening."), tts->sample_rate());
  EXPECT_GT(spoken_share(**models_.make_vad(), speech), 0.7);
  EXPECT_LT(spoken_share(**models_.make_vad(), Audio(agent::kListenRate * 3)), 0.01);

  std::mt19937 random(7);
  std::normal_distribution<float> normal(0, 300);
  Audio noise(agent::kListenRate * 3);
  for (auto& sample : noise) sample = static_cast<agent::Sample>(normal(random));
  EXPECT_LT(spoken_share(**models_.make_vad(), noise), 0.05);
}

TEST_F(RealModels, CallsDoNotHearEachOther) {
  load({.vad = true, .tts = true});
  auto tts = models_.make_tts().value();
  const Audio speech = over_the_phone(say(*tts, "Good evening, how can I help you?"), tts->sample_rate());
  auto alone = models_.make_vad().value();
  auto beside = models_.make_vad().value();
  auto silent = models_.make_vad().value();
  const Audio silence(agent::kVadWindow);
  for (std::size_t at = 0; at + agent::kVadWindow <= speech.size(); at += agent::kVadWindow) {
    const std::span<const agent::Sample, agent::kVadWindow> window(&speech[at], agent::kVadWindow);
    const auto expected = test::run(alone->push(window));
    const auto nothing = test::run(silent->push(std::span(silence).first<agent::kVadWindow>()));
    ASSERT_EQ(test::run(beside->push(window)).value(), expected.value());
    ASSERT_LT(nothing.value(), 0.5F);
  }
}

TEST_F(RealModels, WhatIsSaidIsUnderstoodOverTheTelephone) {
  load({.stt = true, .tts = true});
  auto tts = models_.make_tts().value();
  auto stt = models_.make_stt().value();
  const std::vector<std::string> sentences{
      "Hello, I am an automated assistant calling on behalf of Ada Lovelace.",
      "I would like to book a table for two tomorrow evening.",
      "Sorry, we are fully booked at seven, but we could do nine o'clock instead.",
      "Could you spell the name for me?",
      "Great, thank you, that is all I need.",
      "Doctor Smith isn't available on the 21st of May 2025.",
  };
  std::size_t errors = 0;
  std::size_t words = 0;
  double speech_ms = 0;
  double stt_ms = 0;
  double tts_ms = 0;
  for (const auto& sentence : sentences) {
    const auto begun = Clock::now();
    const Audio audio = say(*tts, sentence);
    const auto spoken = Clock::now();
    const Audio line = over_the_phone(audio, tts->sample_rate());
    const auto sent = Clock::now();
    const std::string heard = hear(*stt, line);
    tts_ms += in_ms(spoken - begun);
    stt_ms += in_ms(Clock::now() - sent);
    speech_ms += static_cast<double>(audio.size()) * 1000 / tts->sample_rate();
    errors += word_errors(sentence, heard);
    words += words_of(sentence).size();
  }
  // Piper draws its noise anew each time: three to eight errors. A broken chain makes nonsense of all of it.
  EXPECT_LE(errors * 100, words * 20) << errors << " of " << words << " words";
  std::printf("speech %.1f s, TTS %.0f ms, STT %.0f ms, %zu word errors of %zu\n", speech_ms / 1000, tts_ms, stt_ms,
              errors, words);
}

TEST_F(RealModels, LongSpeechIsTranscribedWhole) {
  load({.stt = true, .tts = true});
  auto tts = models_.make_tts().value();
  auto stt = models_.make_stt().value();
  Audio audio;
  std::string said;
  for (const char* sentence : {"We open at nine in the morning on weekdays.", "On Saturday we open at ten.",
                               "The kitchen closes at half past nine in the evening.",
                               "For larger groups we need a deposit of ten dollars a person.",
                               "Please arrive on time, because the table is held for fifteen minutes.",
                               "Is there anything else that you would like to know?"}) {
    const Audio part = say(*tts, sentence);
    audio.insert(audio.end(), part.begin(), part.end());
    said.append(sentence).append(" ");
  }
  const Audio line = over_the_phone(audio, tts->sample_rate());
  ASSERT_GT(line.size(), 14U * agent::kListenRate);
  const std::string heard = hear(*stt, line);
  // Piper varies its speech from run to run; one run in a few mishears a whole sentence of it.
  EXPECT_LE(word_errors(said, heard) * 100, words_of(said).size() * 35) << heard;

  // The same as it comes, transcribed at every third: what was settled is neither lost nor repeated.
  stt->start_segment({});
  std::string last;
  for (std::size_t third = 0; third < 3; ++third) {
    const std::size_t from = line.size() * third / 3, to = line.size() * (third + 1) / 3;
    stt->push(std::span(line).subspan(from, to - from));
    last = test::run(stt->transcribe()).value().text;
  }
  stt->end_segment();
  EXPECT_LE(word_errors(said, last) * 100, words_of(said).size() * 35) << last;
}

TEST_F(RealModels, SilenceAndScrapsOfAudioAreNotWords) {
  load({.stt = true});
  auto stt = models_.make_stt().value();
  EXPECT_EQ(hear(*stt, {}), "");
  EXPECT_EQ(hear(*stt, Audio(16)), "");
  EXPECT_EQ(hear(*stt, Audio(agent::kListenRate * 2)), "");
  std::mt19937 random(7);
  Audio noise(agent::kListenRate * 20);
  for (auto& sample : noise) sample = static_cast<agent::Sample>(random());
  EXPECT_LT(hear(*stt, noise).size(), 400U);
}

// It errs on single sentences, and the more so the longer the silence behind them: judged over several, 100 ms behind
// the last word.
TEST_F(RealModels, CompleteSentencesEndATurnMoreOftenThanCutOnes) {
  load({.turn = true, .tts = true});
  auto tts = models_.make_tts().value();
  auto detector = models_.make_turn_detector().value();
  constexpr std::size_t kSilence = agent::kListenRate / 10;
  const std::vector<std::string> sentences{"Hello, I am an automated assistant calling on behalf of Ada Lovelace.",
                                           "I would like to book a table for two tomorrow evening.",
                                           "Doctor Smith isn't available on the twenty first of May.",
                                           "Great, thank you, that is all I need.",
                                           "Could you spell the name for me?",
                                           "What time would you like to come?",
                                           "The restaurant is closed on Mondays.",
                                           "My name is Robert Brown."};
  float complete = 0;
  float cut = 0;
  double spent_ms = 0;
  for (const auto& sentence : sentences) {
    Audio said = say(*tts, sentence);
    while (!said.empty() && said.back() == 0) said.pop_back();
    Audio audio = over_the_phone(said, tts->sample_rate());
    const std::size_t most = audio.size() * 6 / 10;
    audio.resize(audio.size() + kSilence);
    const auto begun = Clock::now();
    complete += test::run(detector->probability_of_end(audio)).value() / static_cast<float>(sentences.size());
    spent_ms += in_ms(Clock::now() - begun);
    audio.resize(most);
    audio.resize(most + kSilence);
    cut += test::run(detector->probability_of_end(audio)).value() / static_cast<float>(sentences.size());
  }
  std::printf("end of turn: complete %.2f, cut %.2f, %.0f ms each\n", complete, cut,
              spent_ms / static_cast<double>(sentences.size()));
  EXPECT_GT(complete, 0.6F);
  EXPECT_GT(complete, cut + 0.15F);
  EXPECT_TRUE(test::run(detector->probability_of_end({})));
  EXPECT_TRUE(test::run(detector->probability_of_end(Audio(20 * agent::kListenRate))));
}

TEST_F(RealModels, HostileTextIsSpokenOrLeftOut) {
  load({.tts = true});
  auto tts = models_.make_tts().value();
  for (const char* silent : {"", "   ", "...", "\x01\x02\x03", "你好，世界", "😀😀", "\xff\xfe"}) {
    EXPECT_TRUE(say(*tts, silent).empty()) << silent;
  }
  EXPECT_GT(say(*tts, "\xff😀 Hello 你好 \x1b[31m").size(), 8000U);
  EXPECT_GT(say(*tts, std::string(200, 'a')).size(), 8000U);
}

struct Listener {
  explicit Listener(const asio::any_io_executor& executor) : heard(executor) {}
  Notifier heard;
  std::size_t samples = 0;
};

awaitable<void> speak_at_length(agent::Tts& tts, Listener& listener) {
  std::string text;
  while (text.size() < 10000) text += "We open at nine, and we close at ten. ";
  const auto spoken = co_await tts.synthesize(text, [&](std::span<const agent::Sample> audio) {
    listener.samples += audio.size();
    listener.heard.notify();
  });
  EXPECT_EQ(spoken.error().code, Errc::kCancelled);
}

awaitable<void> cancel_once_heard(TaskGroup& group, Listener& listener) {
  while (listener.samples == 0) co_await listener.heard.wait();
  group.cancel();
  co_await group.join();
}

TEST_F(RealModels, AnEndlessSpeechStartsSoonAndStopsWhenCancelled) {
  load({.tts = true});
  auto tts = models_.make_tts().value();
  asio::io_context io(1);
  TaskGroup group(io.get_executor());
  Listener listener(io.get_executor());
  group.spawn(speak_at_length(*tts, listener));
  test::run_on(io, cancel_once_heard(group, listener));
  EXPECT_GT(listener.samples, 0U);
  EXPECT_LT(listener.samples, 20U * 22050U);
}

TEST_F(RealModels, WarmingRunsWhatIsLoaded) {
  EXPECT_TRUE(models_.warm());
  load(LocalModels::Wanted::all());
  const auto warmed = models_.warm();
  EXPECT_TRUE(warmed) << warmed.error().what;
}

TEST(FliteVoice, SpeaksWithoutAnyFile) {
  auto tts = FliteVoice::make_tts(FliteVoice::create());
  const Audio audio = say(*tts, "I would like to book a table for two, please.");
  EXPECT_GT(audio.size(), 2U * FliteVoice::kRate);
  EXPECT_GT(audio::dbfs(audio), -30);
  EXPECT_TRUE(say(*tts, "你好").empty());
  EXPECT_FALSE(say(*tts, std::string(200, '7')).empty());
}

}  // namespace
}  // namespace call_agent::providers::local
