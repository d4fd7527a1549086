#include "providers/local/silero_vad.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>

#include "core/paths.h"

namespace call_agent::providers::local {
namespace {

constexpr std::size_t kContext = 64;
constexpr std::size_t kStateSize = 2 * 128;

// A window below -60 dBFS while nobody is speaking holds no speech: the model need not be asked. Half of most calls.
constexpr int kQuietPeak = 32;
constexpr float kSurelySilent = 0.1F;

bool is_quiet(std::span<const agent::Sample> window) {
  return std::ranges::none_of(window, [](int sample) { return std::abs(sample) > kQuietPeak; });
}

}  // namespace

Result<std::shared_ptr<SileroVad>> SileroVad::load() {
  auto path = find_asset("models/silero_vad.onnx");
  if (!path) return pass(path);
  auto session = ort::Session::load(*path, {.arena = true});
  if (!session) return pass(session);
  return std::shared_ptr<SileroVad>(new SileroVad(std::move(*session)));
}

/// Its tensors are views of its own arrays, made once: a window costs no allocation.
class SileroVad::CallVad final : public agent::Vad {
 public:
  explicit CallVad(std::shared_ptr<SileroVad> model) : model_(std::move(model)) {}

  Result<void> prepare() {
    const std::array<std::int64_t, 2> audio_shape{1, static_cast<std::int64_t>(audio_.size())};
    const std::array<std::int64_t, 3> state_shape{2, 1, 128};
    const std::array<std::int64_t, 2> output_shape{1, 1};
    auto audio = ort::Tensor::view(audio_, audio_shape);
    if (!audio) return pass(audio);
    auto rate = ort::Tensor::view(std::span(&rate_, 1), {});
    if (!rate) return pass(rate);
    auto output = ort::Tensor::view(std::span(&probability_, 1), output_shape);
    if (!output) return pass(output);
    for (std::size_t i = 0; i < states_.size(); ++i) {
      auto state = ort::Tensor::view(states_[i], state_shape);
      if (!state) return pass(state);
      state_tensors_[i] = std::move(*state);
    }
    audio_tensor_ = std::move(*audio);
    rate_tensor_ = std::move(*rate);
    output_tensor_ = std::move(*output);
    return {};
  }

  awaitable<Result<float>> push(std::span<const agent::Sample, agent::kVadWindow> window) override {
    const bool skip = probability_ < kSurelySilent && is_quiet(window);
    std::copy(audio_.end() - kContext, audio_.end(), audio_.begin());
    std::transform(window.begin(), window.end(), audio_.begin() + kContext,
                   [](agent::Sample sample) { return static_cast<float>(sample) / 32768.0F; });
    if (skip) co_return 0.0F;
    co_return co_await model_->lane_.run([this] { return infer(); });
  }

 private:
  Result<float> infer() {
    static constexpr std::array kInputs{"input", "state", "sr"};
    static constexpr std::array kOutputs{"output", "stateN"};
    const std::size_t next = 1 - current_;
    const std::array<const OrtValue*, 3> inputs{audio_tensor_.get(), state_tensors_[current_].get(),
                                                rate_tensor_.get()};
    std::array<ort::Tensor, 2> outputs{std::move(output_tensor_), std::move(state_tensors_[next])};
    auto ran = model_->session_.run(kInputs, inputs, kOutputs, outputs);
    output_tensor_ = std::move(outputs[0]);
    state_tensors_[next] = std::move(outputs[1]);
    if (!ran) return pass(ran);
    current_ = next;
    return std::clamp(probability_, 0.0F, 1.0F);
  }

  std::shared_ptr<SileroVad> model_;
  std::array<float, kContext + agent::kVadWindow> audio_{};
  std::array<std::array<float, kStateSize>, 2> states_{};  // One is read while the other is written.
  std::size_t current_ = 0;
  std::int64_t rate_ = agent::kListenRate;
  float probability_ = 0;
  ort::Tensor audio_tensor_, rate_tensor_, output_tensor_;
  std::array<ort::Tensor, 2> state_tensors_;
};

Result<std::unique_ptr<agent::Vad>> SileroVad::make_vad(std::shared_ptr<SileroVad> model) {
  auto vad = std::make_unique<CallVad>(std::move(model));
  if (auto prepared = vad->prepare(); !prepared) return pass(prepared);
  return vad;
}

}  // namespace call_agent::providers::local
