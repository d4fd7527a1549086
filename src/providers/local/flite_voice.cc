#include "providers/local/flite_voice.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "providers/local/flite_engine.h"
#include "providers/local/spoken_text.h"
#include "providers/local/voice_level.h"

namespace call_agent::providers::local {
namespace {

constexpr std::size_t kMostPerPart = 160;  // Bytes: a longer sentence is heard sooner in parts.
constexpr float kPause = 0.12F;
constexpr float kSltGain = 1.0F;

Result<std::vector<agent::Sample>> speak(const std::string& text) {
  const FliteLock lock;
  static cst_voice* voice = register_cmu_us_slt(nullptr);
  cst_wave* wave = flite_text_to_wave(text.c_str(), voice);
  if (!wave) return fail(Errc::kInternal, "Flite made no audio");
  std::vector<float> samples(static_cast<std::size_t>(std::max(wave->num_samples, 0)));
  std::transform(wave->samples, wave->samples + samples.size(), samples.begin(),
                 [](short sample) { return static_cast<float>(sample) / 32768.0F; });
  const int rate = wave->sample_rate;
  delete_wave(wave);
  if (rate != FliteVoice::kRate) return fail(Errc::kInternal, "Flite's voice has another sample rate than expected");
  return VoiceLevel{.sample_rate = rate, .gain = kSltGain}.finish(samples, kPause);
}

}  // namespace

class FliteVoice::CallTts final : public agent::Tts {
 public:
  explicit CallTts(std::shared_ptr<FliteVoice> voice) : voice_(std::move(voice)) {}

  int sample_rate() const override { return kRate; }

  awaitable<Result<void>> synthesize(std::string text, OnAudio on_audio) override {
    for (auto& part : split_spoken(spoken_text(text), kMostPerPart)) {
      if (std::ranges::none_of(part, [](unsigned char c) { return std::isalnum(c) != 0; })) continue;
      auto audio = co_await voice_->lane_.run([part = std::move(part)] { return speak(part); });
      if (!audio) co_return pass(audio);
      if (!audio->empty()) on_audio(*audio);
    }
    co_return Result<void>{};
  }

 private:
  std::shared_ptr<FliteVoice> voice_;
};

std::unique_ptr<agent::Tts> FliteVoice::make_tts(std::shared_ptr<FliteVoice> voice) {
  return std::make_unique<CallTts>(std::move(voice));
}

}  // namespace call_agent::providers::local
