#pragma once

#include <memory>

#include "agent/ports.h"
#include "core/lane.h"

namespace call_agent::providers::local {

/// Flite's slt voice, compiled in: plain but clear, fifty times as fast as it is spoken. The voice where Piper's file
/// is missing.
class FliteVoice {
 public:
  static constexpr int kRate = 16000;

  static std::shared_ptr<FliteVoice> create() { return std::shared_ptr<FliteVoice>(new FliteVoice); }
  static std::unique_ptr<agent::Tts> make_tts(std::shared_ptr<FliteVoice> voice);

 private:
  class CallTts;
  FliteVoice() = default;

  static constexpr std::size_t kMostPending = 32;
  Lane lane_{1, kMostPending};
};

}  // namespace call_agent::providers::local
