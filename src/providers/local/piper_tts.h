#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/ports.h"
#include "core/lane.h"
#include "providers/local/ort.h"

namespace call_agent::providers::local {

/// What a Piper voice's .onnx.json says.
struct PiperConfig {
  int sample_rate = 0;  ///< Hz.
  float noise_scale = 0.667F, length_scale = 1, noise_width = 0.8F;
  std::map<std::string, std::int64_t, std::less<>> phoneme_ids;  ///< By one code point of IPA.

  /// Errors: kInvalidArgument, for a file that lacks the rate or the marks ^ _ $.
  static Result<PiperConfig> parse(std::string_view json);
  /// ^ _ p _ p _ … $: what the model reads. Phonemes it does not know are left out.
  std::vector<std::int64_t> ids(std::string_view phonemes) const;
};

/// Piper, en_US joe: natural speech at 22,050 Hz, seven to eight times as fast as it is spoken, by one thread.
class PiperTts {
 public:
  /// Takes about a second. Errors: kNotFound, kInternal.
  static Result<std::shared_ptr<PiperTts>> load();
  static std::unique_ptr<agent::Tts> make_tts(std::shared_ptr<PiperTts> model);

 private:
  class CallTts;
  PiperTts(ort::Session session, PiperConfig config) : session_(std::move(session)), config_(std::move(config)) {}
  Result<std::vector<agent::Sample>> infer(const std::string& phonemes, const ort::Stop& stop) const;

  static constexpr std::size_t kMostPending = 32;
  ort::Session session_;
  PiperConfig config_;
  Lane lane_{1, kMostPending};
};

}  // namespace call_agent::providers::local
