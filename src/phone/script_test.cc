#include "phone/script.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "audio/level.h"
#include "audio/wav.h"
#include "core/id.h"
#include "core/test_run.h"
#include "phone/preparation.h"

namespace call_agent::phone {
namespace {

/// A voice for tests: a constant for each letter, at a rate no codec uses.
class LetterVoice : public agent::Tts {
 public:
  int sample_rate() const override { return 24000; }
  awaitable<Result<void>> synthesize(std::string text, OnAudio on_audio) override {
    ++sentences;
    if (text == "fail") co_return fail(Errc::kUnavailable, "the voice is hoarse");
    const std::vector<Sample> letter(240, 3000);
    for (std::size_t i = 0; text != "nothing" && i < text.size(); ++i) on_audio(letter);
    co_return Result<void>();
  }
  int sentences = 0;
};

Result<std::shared_ptr<const Script>> prepare(const std::string& steps, agent::Tts* tts,
                                              const std::filesystem::path& folder = {}) {
  auto scenario = parse_scenario(R"({"steps": [)" + steps + "]}");
  EXPECT_TRUE(scenario);
  for (auto& clip : scenario->clips) {
    if (!clip.file.empty()) clip.file = folder / clip.file;
  }
  return test::run(prepare_script(std::move(*scenario), tts));
}

TEST(Script, EverythingIsReadyAtBothRatesAndSaidOnceIsSynthesisedOnce) {
  LetterVoice voice;
  const auto folder = std::filesystem::temp_directory_path() / ("script_test_" + random_hex(8));
  ASSERT_TRUE(audio::write_wav(folder / "a.wav", 44100, 2, std::vector<Sample>(88200, 1000)));
  const auto script = prepare(
      R"({"say": "ten chars."}, {"play": "a.wav"}, {"beep": {"s": 0.5}}, {"say": "ten chars."})", &voice, folder);
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(script) << script.error().what;
  const auto& clips = (*script)->clips;
  ASSERT_EQ(clips.size(), 4U);
  EXPECT_EQ(voice.sentences, 1);
  EXPECT_EQ(clips[0].narrow.size(), 800U);
  EXPECT_EQ(clips[0].wide.size(), 1600U);
  EXPECT_EQ(clips[3].words, "ten chars.");
  EXPECT_EQ(clips[3].narrow, clips[0].narrow);
  EXPECT_EQ(clips[1].narrow.size(), 8000U);
  EXPECT_EQ(clips[1].words, "(a.wav)");
  EXPECT_EQ(clips[2].wide.size(), 8000U);
}

TEST(Script, TellsOfEachSentenceAsItBegins) {
  LetterVoice voice;
  auto scenario = parse_scenario(R"({"steps": [{"say": "one"}, {"beep": {}}, {"say": "two"}, {"say": "one"}]})");
  ASSERT_TRUE(scenario) << scenario.error().what;
  const auto sentences = static_cast<int>(scenario->sentences().size());
  int begun = 0;
  ASSERT_TRUE(test::run(prepare_script(std::move(*scenario), &voice, [&] { EXPECT_EQ(begun++, voice.sentences); })));
  EXPECT_EQ(begun, 2);
  EXPECT_EQ(begun, sentences);
}

TEST(Preparation, IsSpokenOfOnlyToThoseWhoWaitForMoreThanASecond) {
  const TimePoint began = Clock::now();
  Preparation preparation(3, began);
  EXPECT_EQ(preparation.next(began + milliseconds(400)), std::nullopt);
  EXPECT_EQ(preparation.next(began + milliseconds(1200)), "preparing sentence 2 of 3");
  EXPECT_EQ(preparation.next(began + milliseconds(1900)), "preparing sentence 3 of 3");
}

TEST(Script, WhatCannotBeSaidIsAnErrorBeforeTheCall) {
  LetterVoice voice;
  EXPECT_EQ(prepare(R"({"say": "fail"})", &voice).error().what, "the voice is hoarse");
  EXPECT_EQ(prepare(R"({"say": "nothing"})", &voice).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(prepare(R"({"say": "x"})", nullptr).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(prepare(R"({"play": "none.wav"})", nullptr, "/nowhere").error().code, Errc::kNotFound);
}

}  // namespace
}  // namespace call_agent::phone
