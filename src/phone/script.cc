#include "phone/script.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <utility>

#include "audio/resampler.h"
#include "audio/tones.h"
#include "audio/wav.h"

namespace call_agent::phone {
namespace {

constexpr int kNarrow = 8000;
constexpr int kWide = 16000;
constexpr std::uintmax_t kLargestWav = 32 << 20;

Result<Clip> clip_of(std::string words, std::span<const Sample> samples, int rate) {
  auto narrow = audio::resample(samples, rate, kNarrow);
  if (!narrow) return pass(narrow);
  auto wide = audio::resample(samples, rate, kWide);
  if (!wide) return pass(wide);
  return Clip{.words = std::move(words), .narrow = std::move(*narrow), .wide = std::move(*wide)};
}

awaitable<Result<Clip>> speak(agent::Tts& tts, std::string words) {
  std::vector<Sample> samples;
  const auto collect = [&samples](std::span<const Sample> part) {
    samples.insert(samples.end(), part.begin(), part.end());
  };
  const auto done = co_await tts.synthesize(words, collect);
  if (!done) co_return pass(done);
  if (samples.empty()) co_return fail(Errc::kInvalidArgument, fmt::format("the voice makes no sound of \"{}\"", words));
  co_return clip_of(std::move(words), samples, tts.sample_rate());
}

Result<Clip> load(const ClipSource& source) {
  if (source.tone_hz > 0) {
    const std::array frequencies{source.tone_hz};
    return Clip{.words = fmt::format("(tone of {} Hz)", source.tone_hz),
                .narrow = audio::tone(frequencies, source.tone_length, kNarrow),
                .wide = audio::tone(frequencies, source.tone_length, kWide)};
  }
  const auto wav = audio::read_wav(source.file, kLargestWav);
  if (!wav) return pass(wav);
  return clip_of(fmt::format("({})", source.file.filename().string()), wav->mono(), wav->rate);
}

}  // namespace

awaitable<Result<std::shared_ptr<const Script>>> prepare_script(Scenario scenario, agent::Tts* tts,
                                                                std::function<void()> before_sentence) {
  auto script = std::make_shared<Script>();
  script->scenario = std::move(scenario);
  std::map<std::string, std::size_t> spoken;  // Words said twice are synthesised once.
  for (const auto& source : script->scenario.clips) {
    if (source.words.empty()) {
      auto clip = load(source);
      if (!clip) co_return pass(clip);
      script->clips.push_back(std::move(*clip));
      continue;
    }
    if (tts == nullptr) co_return fail(Errc::kInvalidArgument, "the scenario has words to say, but there is no voice");
    const auto [known, is_new] = spoken.emplace(source.words, script->clips.size());
    if (!is_new) {
      script->clips.push_back(Clip(script->clips[known->second]));
      continue;
    }
    before_sentence();
    auto clip = co_await speak(*tts, source.words);
    if (!clip) co_return pass(clip);
    script->clips.push_back(std::move(*clip));
  }
  co_return script;
}

}  // namespace call_agent::phone
