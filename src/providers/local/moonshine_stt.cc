#include "providers/local/moonshine_stt.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iterator>

#include "core/log.h"
#include "core/paths.h"
#include "providers/local/idle_memory.h"
#include "providers/local/speech_segment.h"
#include "providers/local/stoppable.h"

namespace call_agent::providers::local {
namespace {

constexpr std::int64_t kHeads = 8;
constexpr std::int64_t kHeadSize = 36;
/// Shorter audio is followed by silence up to this: the encoder was trained on sentences.
constexpr std::size_t kLeastSamples = agent::kListenRate;
/// Audio that never gets louder is silence; the model would invent words for it. About -50 dBFS.
constexpr float kSilencePeak = 0.003F;

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  if (!file) return fail(Errc::kNotFound, fmt::format("cannot read {}. Run ./run deps to fetch it.", path.string()));
  return bytes;
}

Result<ort::Session> load_session(std::string_view asset) {
  auto path = find_asset(asset);
  if (!path) return pass(path);
  return ort::Session::load(*path);
}

}  // namespace

Result<std::shared_ptr<MoonshineStt>> MoonshineStt::load() {
  auto encoder = load_session("models/moonshine-tiny-en/encoder_model.ort");
  if (!encoder) return pass(encoder);
  auto decoder = load_session("models/moonshine-tiny-en/decoder_model_merged.ort");
  if (!decoder) return pass(decoder);
  auto words = find_asset("models/moonshine-tiny-en/tokenizer.bin");
  if (!words) return pass(words);
  auto bytes = read_file(*words);
  if (!bytes) return pass(bytes);
  auto vocabulary = MoonshineVocabulary::parse(*bytes);
  if (!vocabulary) return pass(vocabulary);
  std::shared_ptr<MoonshineStt> model(
      new MoonshineStt(std::move(*encoder), std::move(*decoder), std::move(*vocabulary)));
  if (auto matched = model->match_names(); !matched) return pass(matched);
  return model;
}

Result<void> MoonshineStt::match_names() {
  static constexpr std::string_view kPresent = "present";
  for (const auto& output : decoder_.output_names()) {
    if (!output.starts_with(kPresent)) continue;
    present_names_.push_back(output);
    past_names_.push_back("past_key_values" + output.substr(kPresent.size()));
    cross_attention_.push_back(output.find(".encoder.") != std::string::npos);
  }
  const auto inputs = decoder_.input_names();
  for (const auto& name : past_names_) {
    if (std::ranges::find(inputs, name) != inputs.end()) continue;
    return fail(Errc::kInternal, "the Moonshine decoder is not the pinned one: it has no input " + name);
  }
  return {};
}

struct MoonshineStt::Decoding {
  ort::Tensor audio_mask, hidden;
  std::vector<ort::Tensor> memory;
  bool begun = false;
};

Result<MoonshineStt::Step> MoonshineStt::step(Decoding& decoding, std::int64_t id, const ort::Stop& stop) const {
  static constexpr std::array<std::int64_t, 2> kOneId{1, 1};
  static constexpr std::array<std::int64_t, 1> kOne{1};
  bool begun = decoding.begun;
  auto id_tensor = ort::Tensor::view(std::span(&id, 1), kOneId);
  if (!id_tensor) return pass(id_tensor);
  auto begun_tensor = ort::Tensor::view(std::span(&begun, 1), kOne);
  if (!begun_tensor) return pass(begun_tensor);

  std::vector<const char*> input_names{"input_ids", "encoder_attention_mask", "encoder_hidden_states",
                                       "use_cache_branch"};
  std::vector<const OrtValue*> inputs{id_tensor->get(), decoding.audio_mask.get(), decoding.hidden.get(),
                                      begun_tensor->get()};
  std::vector<const char*> output_names{"logits"};
  std::vector<std::size_t> refreshed;
  for (std::size_t i = 0; i < past_names_.size(); ++i) {
    input_names.push_back(past_names_[i].c_str());
    inputs.push_back(decoding.memory[i].get());
    if (begun && cross_attention_[i]) continue;
    output_names.push_back(present_names_[i].c_str());
    refreshed.push_back(i);
  }
  std::vector<ort::Tensor> outputs(output_names.size());
  if (auto ran = decoder_.run(input_names, inputs, output_names, outputs, &stop); !ran) return pass(ran);
  for (std::size_t i = 0; i < refreshed.size(); ++i) decoding.memory[refreshed[i]] = std::move(outputs[i + 1]);
  decoding.begun = true;

  auto logits = outputs[0].floats();
  if (!logits) return pass(logits);
  if (logits->empty()) return fail(Errc::kInternal, "the Moonshine decoder returned nothing");
  const auto best = std::ranges::max_element(*logits);
  float total = 0;
  for (const float logit : *logits) total += std::exp(logit - *best);
  return Step{.id = best - logits->begin(), .log_probability = -std::log(total)};
}

Result<agent::Transcript> MoonshineStt::infer(std::span<const agent::Sample> audio, const ort::Stop& stop) const {
  std::vector<float> samples(std::max(audio.size(), kLeastSamples));
  float peak = 0;
  for (std::size_t i = 0; i < audio.size(); ++i) {
    samples[i] = static_cast<float>(audio[i]) / 32768.0F;
    peak = std::max(peak, std::abs(samples[i]));
  }
  if (peak < kSilencePeak) return agent::Transcript{};

  std::vector<std::int64_t> mask(samples.size(), 1);
  const std::array<std::int64_t, 2> shape{1, static_cast<std::int64_t>(samples.size())};
  auto input = ort::Tensor::view(samples, shape);
  if (!input) return pass(input);
  auto mask_tensor = ort::Tensor::view(mask, shape);
  if (!mask_tensor) return pass(mask_tensor);
  static constexpr std::array kInputs{"input_values", "attention_mask"};
  static constexpr std::array kOutputs{"last_hidden_state"};
  const std::array<const OrtValue*, 2> inputs{input->get(), mask_tensor->get()};
  std::array<ort::Tensor, 1> hidden;
  if (auto ran = encoder_.run(kInputs, inputs, kOutputs, hidden, &stop); !ran) return pass(ran);

  // The decoder's mask has the length of the audio too: it strides over it itself.
  Decoding decoding{.audio_mask = std::move(*mask_tensor), .hidden = std::move(hidden[0]), .memory = {}};
  std::array<float, 1> nothing{};
  static constexpr std::array<std::int64_t, 4> kEmptyMemory{1, kHeads, 0, kHeadSize};
  for (std::size_t i = 0; i < past_names_.size(); ++i) {
    auto empty = ort::Tensor::view(std::span(nothing).first(0), kEmptyMemory);
    if (!empty) return pass(empty);
    decoding.memory.push_back(std::move(*empty));
  }

  std::vector<std::int64_t> ids;
  std::int64_t id = kStartToken;
  float log_probability = 0;
  const std::size_t limit = token_limit(audio.size());
  while (ids.size() < limit) {
    auto next = step(decoding, id, stop);
    if (!next) return pass(next);
    log_probability += next->log_probability;
    id = next->id;
    if (id == kEndToken) break;
    ids.push_back(id);
    if (const std::size_t surplus = repeated_tail(ids); surplus > 0) {
      ids.resize(ids.size() - surplus);
      break;
    }
  }
  agent::Transcript transcript{.text = vocabulary_.text(ids), .confidence = {}};
  transcript.confidence = std::exp(log_probability / static_cast<float>(ids.size() + 1));
  return transcript;
}

class MoonshineStt::CallStt final : public agent::Stt {
 public:
  explicit CallStt(std::shared_ptr<MoonshineStt> model) : model_(std::move(model)) {}

  void start_segment(std::span<const agent::Sample> preroll) override {
    end_segment();
    segment_.push(preroll);
  }

  void push(std::span<const agent::Sample> audio) override { segment_.push(audio); }

  awaitable<Result<agent::Transcript>> transcribe() override {
    const std::uint64_t generation = generation_;
    // The front of a long segment is decoded once and its text kept; only the rest is decoded again by later calls.
    while (auto cut = segment_.cut()) {
      const std::size_t end = segment_.begin() + *cut;
      auto piece = co_await decode(segment_.audio().first(*cut));
      if (!piece) co_return pass(piece);
      if (generation != generation_) co_return fail(Errc::kCancelled, "the segment has ended");
      if (segment_.begin() >= end) continue;  // Another transcribe(), or a full buffer, was quicker.
      append(settled_, *piece);
      segment_.take(end - segment_.begin());
    }
    agent::Transcript whole = settled_;
    auto rest = co_await decode(segment_.audio());
    if (!rest) co_return pass(rest);
    append(whole, *rest);
    co_return whole;
  }

  void end_segment() override {
    if (segment_.dropped() > 0) {
      log::warn("speech recognition fell behind: {} ms of speech dropped",
                segment_.dropped() * 1000 / SpeechSegment::kRate);
    }
    segment_.clear();
    settled_ = {};
    ++generation_;
  }

 private:
  awaitable<Result<agent::Transcript>> decode(std::span<const agent::Sample> audio) {
    auto work = [model = model_.get(), copy = std::vector(audio.begin(), audio.end())](const ort::Stop& stop) {
      return model->infer(copy, stop);
    };
    co_return co_await run_stoppable(model_->lane_, std::move(work));
  }

  static void append(agent::Transcript& to, const agent::Transcript& piece) {
    if (piece.text.empty()) return;
    if (!to.text.empty()) to.text += ' ';
    to.text += piece.text;
    to.confidence = std::min(to.confidence.value_or(1.0F), piece.confidence.value_or(1.0F));
  }

  ModelUse<MoonshineStt> model_;
  SpeechSegment segment_;
  agent::Transcript settled_;
  std::uint64_t generation_ = 0;
};

std::unique_ptr<agent::Stt> MoonshineStt::make_stt(std::shared_ptr<MoonshineStt> model) {
  return std::make_unique<CallStt>(std::move(model));
}

}  // namespace call_agent::providers::local
