#include "providers/local/smart_turn.h"

#include <algorithm>
#include <array>

#include "core/paths.h"

namespace call_agent::providers::local {

static_assert(agent::kListenRate == LogMel::kRate);
static_assert(agent::TurnDetector::kMostSamples == LogMel::kSamples);

Result<std::shared_ptr<SmartTurn>> SmartTurn::load() {
  auto path = find_asset("models/smart-turn-v3.2-cpu.onnx");
  if (!path) return pass(path);
  auto session = ort::Session::load(*path);
  if (!session) return pass(session);
  return std::shared_ptr<SmartTurn>(new SmartTurn(std::move(*session)));
}

Result<float> SmartTurn::infer(std::span<const float> audio) const {
  static constexpr std::array kInputs{"input_features"};
  static constexpr std::array kOutputs{"logits"};  // By name only: the sigmoid is part of the model.
  static constexpr std::array<std::int64_t, 3> kShape{1, LogMel::kBands, LogMel::kFrames};
  std::vector<float> features = mel_(audio);
  auto input = ort::Tensor::view(features, kShape);
  if (!input) return pass(input);
  const std::array<const OrtValue*, 1> inputs{input->get()};
  std::array<ort::Tensor, 1> outputs;
  if (auto ran = session_.run(kInputs, inputs, kOutputs, outputs); !ran) return pass(ran);
  auto probability = outputs[0].floats();
  if (!probability) return pass(probability);
  if (probability->empty()) return fail(Errc::kInternal, "smart-turn returned nothing");
  return std::clamp(probability->front(), 0.0F, 1.0F);
}

class SmartTurn::CallTurnDetector final : public agent::TurnDetector {
 public:
  explicit CallTurnDetector(std::shared_ptr<SmartTurn> model) : model_(std::move(model)) {}

  awaitable<Result<float>> probability_of_end(std::span<const agent::Sample> audio) override {
    if (audio.size() > kMostSamples) audio = audio.last(kMostSamples);
    std::vector<float> copy(audio.size());
    std::transform(audio.begin(), audio.end(), copy.begin(),
                   [](agent::Sample sample) { return static_cast<float>(sample) / 32768.0F; });
    co_return co_await model_->lane_.run([model = model_.get(), copy = std::move(copy)] { return model->infer(copy); });
  }

 private:
  std::shared_ptr<SmartTurn> model_;
};

std::unique_ptr<agent::TurnDetector> SmartTurn::make_turn_detector(std::shared_ptr<SmartTurn> model) {
  return std::make_unique<CallTurnDetector>(std::move(model));
}

}  // namespace call_agent::providers::local
