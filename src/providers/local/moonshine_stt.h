#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/ports.h"
#include "core/lane.h"
#include "providers/local/moonshine_text.h"
#include "providers/local/ort.h"

namespace call_agent::providers::local {

/// Moonshine tiny, English: an encoder over raw audio and a greedy decoder, about 4% of real time on one thread.
/// Not streaming: a partial transcript decodes the segment anew.
class MoonshineStt {
 public:
  /// Errors: kNotFound, kInternal.
  static Result<std::shared_ptr<MoonshineStt>> load();
  static std::unique_ptr<agent::Stt> make_stt(std::shared_ptr<MoonshineStt> model);

 private:
  class CallStt;
  /// The decoder's memory of one transcription.
  struct Decoding;

  MoonshineStt(ort::Session encoder, ort::Session decoder, MoonshineVocabulary vocabulary)
      : encoder_(std::move(encoder)), decoder_(std::move(decoder)), vocabulary_(std::move(vocabulary)) {}
  Result<void> match_names();
  Result<agent::Transcript> infer(std::span<const agent::Sample> audio, const ort::Stop& stop) const;
  /// One step: the next id after `id`, and the logarithm of its probability.
  struct Step {
    std::int64_t id = kEndToken;
    float log_probability = 0;
  };
  Result<Step> step(Decoding& decoding, std::int64_t id, const ort::Stop& stop) const;

  static constexpr std::size_t kMostPending = 16;
  ort::Session encoder_, decoder_;
  MoonshineVocabulary vocabulary_;
  /// The decoder's key-value memory: "past_key_values.0.decoder.key" in, "present.0.decoder.key" out.
  std::vector<std::string> past_names_, present_names_;
  std::vector<bool> cross_attention_;  ///< Of each memory: made from the audio, once, by the first step.
  Lane lane_{1, kMostPending};
};

}  // namespace call_agent::providers::local
