#pragma once

#include <memory>
#include <mutex>

#include "agent/ports.h"

namespace call_agent::providers::local {

class FliteVoice;
class MoonshineStt;
class PiperTts;
class SileroVad;
class SmartTurn;

/// The speech models of this process: each is loaded once, at most, and serves every call. English only.
///
/// One per process. Thread-safe; what it makes belongs to one call each, and keeps its model alive.
class LocalModels {
 public:
  /// Which models. Measured on one core: loading takes 65 ms, 60 ms, 0.4 s and 1.3 s.
  struct Wanted {
    bool vad = false;
    bool turn = false;
    bool stt = false;
    bool tts = false;
    static constexpr Wanted all() { return {.vad = true, .turn = true, .stt = true, .tts = true}; }
  };

  LocalModels();
  ~LocalModels();

  /// Loads what is wanted and not loaded yet. Blocks: not for a shard's thread. Without Piper's files speech comes
  /// from Flite's voice, which a warning says.
  /// Errors: kNotFound, naming the file and how to get it; kInternal for a broken one.
  Result<void> load(Wanted wanted);

  /// Runs every loaded model once, so that the first call does not pay for first-time allocation. Blocks.
  Result<void> warm();

  /// Errors, all four: kConflict if that model has not been loaded.
  Result<std::unique_ptr<agent::Vad>> make_vad() const;
  Result<std::unique_ptr<agent::TurnDetector>> make_turn_detector() const;
  Result<std::unique_ptr<agent::Stt>> make_stt() const;
  Result<std::unique_ptr<agent::Tts>> make_tts() const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<SileroVad> vad_;
  std::shared_ptr<SmartTurn> turn_;
  std::shared_ptr<MoonshineStt> stt_;
  std::shared_ptr<PiperTts> piper_;
  std::shared_ptr<FliteVoice> flite_;
};

}  // namespace call_agent::providers::local
