#include "providers/local/piper_tts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include "core/json.h"
#include "core/paths.h"
#include "providers/local/flite_g2p.h"
#include "providers/local/idle_memory.h"
#include "providers/local/stoppable.h"
#include "providers/local/voice_level.h"

namespace call_agent::providers::local {
namespace {

/// Brings this voice's speech to about -20 dBFS while it sounds, as a telephone network expects it.
constexpr float kJoeGain = 1.0F;

/// Silence behind a piece, in seconds, by the mark it ends with.
float pause_behind(char mark) {
  if (mark == ',' || mark == ':' || mark == ';') return 0.12F;
  return std::string_view(".?!").contains(mark) ? 0.18F : 0.0F;
}

}  // namespace

Result<PiperConfig> PiperConfig::parse(std::string_view json) {
  auto parsed = parse_json(json);
  if (!parsed) return pass(parsed);
  PiperConfig config;
  const Json none = Json::object();
  const auto section = [&](const char* name) -> const Json& {
    const auto found = parsed->is_object() ? parsed->find(name) : parsed->end();
    return found != parsed->end() && found->is_object() ? *found : none;
  };
  const auto number = [](const Json& from, const char* name, float otherwise) {
    const auto found = from.find(name);
    return found != from.end() && found->is_number() ? found->get<float>() : otherwise;
  };
  config.sample_rate = static_cast<int>(number(section("audio"), "sample_rate", 0));
  const Json& inference = section("inference");
  config.noise_scale = number(inference, "noise_scale", config.noise_scale);
  config.length_scale = number(inference, "length_scale", config.length_scale);
  config.noise_width = number(inference, "noise_w", config.noise_width);
  for (const auto& [phoneme, ids] : section("phoneme_id_map").items()) {
    if (ids.is_array() && !ids.empty() && ids[0].is_number_integer()) {
      config.phoneme_ids.emplace(phoneme, ids[0].get<std::int64_t>());
    }
  }
  const auto knows = [&](const char* mark) { return config.phoneme_ids.contains(mark); };
  if (config.sample_rate < 8000 || config.sample_rate > 48000 || !knows("^") || !knows("_") || !knows("$")) {
    return fail(Errc::kInvalidArgument, "not the configuration of a Piper voice");
  }
  return config;
}

std::vector<std::int64_t> PiperConfig::ids(std::string_view phonemes) const {
  const std::int64_t pad = phoneme_ids.find("_")->second;
  std::vector<std::int64_t> ids{phoneme_ids.find("^")->second, pad};
  while (!phonemes.empty()) {
    std::size_t length = 1;
    while (length < phonemes.size() && (static_cast<unsigned char>(phonemes[length]) & 0xC0U) == 0x80U) ++length;
    const auto found = phoneme_ids.find(phonemes.substr(0, length));
    phonemes.remove_prefix(length);
    if (found == phoneme_ids.end()) continue;
    ids.push_back(found->second);
    ids.push_back(pad);
  }
  ids.push_back(phoneme_ids.find("$")->second);
  return ids;
}

Result<std::shared_ptr<PiperTts>> PiperTts::load() {
  auto described = find_asset("models/en_US-joe-medium.onnx.json");
  if (!described) return pass(described);
  auto path = find_asset("models/en_US-joe-medium.onnx");
  if (!path) return pass(path);
  std::ifstream file(*described, std::ios::binary);
  const std::string json(std::istreambuf_iterator<char>(file), {});
  auto config = PiperConfig::parse(json);
  if (!config) return fail(Errc::kInternal, fmt::format("{}: {}", described->string(), config.error().what));
  auto session = ort::Session::load(*path);
  if (!session) return pass(session);
  return std::shared_ptr<PiperTts>(new PiperTts(std::move(*session), std::move(*config)));
}

Result<std::vector<agent::Sample>> PiperTts::infer(const std::string& phonemes, const ort::Stop& stop) const {
  static constexpr std::array kInputs{"input", "input_lengths", "scales"};
  static constexpr std::array kOutputs{"output"};
  static constexpr std::array<std::int64_t, 1> kOne{1};
  static constexpr std::array<std::int64_t, 1> kThree{3};
  std::vector<std::int64_t> ids = config_.ids(phonemes);
  auto count = static_cast<std::int64_t>(ids.size());
  std::array scales{config_.noise_scale, config_.length_scale, config_.noise_width};
  const std::array<std::int64_t, 2> shape{1, count};
  auto input = ort::Tensor::view(ids, shape);
  if (!input) return pass(input);
  auto length = ort::Tensor::view(std::span(&count, 1), kOne);
  if (!length) return pass(length);
  auto scale = ort::Tensor::view(scales, kThree);
  if (!scale) return pass(scale);
  const std::array<const OrtValue*, 3> inputs{input->get(), length->get(), scale->get()};
  std::array<ort::Tensor, 1> outputs;
  if (auto ran = session_.run(kInputs, inputs, kOutputs, outputs, &stop); !ran) return pass(ran);
  auto wave = outputs[0].floats();
  if (!wave) return pass(wave);
  const VoiceLevel level{.sample_rate = config_.sample_rate, .gain = kJoeGain};
  return level.finish(*wave, pause_behind(phonemes.empty() ? ' ' : phonemes.back()));
}

class PiperTts::CallTts final : public agent::Tts {
 public:
  explicit CallTts(std::shared_ptr<PiperTts> model) : model_(std::move(model)) {}

  int sample_rate() const override { return model_->config_.sample_rate; }

  awaitable<Result<void>> synthesize(std::string text, OnAudio on_audio) override {
    auto read = [text = std::move(text)](const ort::Stop&) -> Result<std::vector<std::string>> {
      return synthesis_pieces(FliteG2p::phonemes(text));
    };
    auto pieces = co_await run_stoppable(model_->lane_, std::move(read));
    if (!pieces) co_return pass(pieces);
    for (std::size_t i = 0; i < pieces->size(); ++i) {
      auto speak = [model = model_.get(), piece = (*pieces)[i]](const ort::Stop& stop) {
        return model->infer(piece, stop);
      };
      auto audio = co_await run_stoppable(model_->lane_, std::move(speak));
      if (!audio) co_return pass(audio);
      if (!audio->empty()) on_audio(*audio);
    }
    co_return Result<void>{};
  }

 private:
  ModelUse<PiperTts> model_;
};

std::unique_ptr<agent::Tts> PiperTts::make_tts(std::shared_ptr<PiperTts> model) {
  return std::make_unique<CallTts>(std::move(model));
}

}  // namespace call_agent::providers::local
