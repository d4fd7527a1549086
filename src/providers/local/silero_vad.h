#pragma once

#include <memory>

#include "agent/ports.h"
#include "core/lane.h"
#include "providers/local/ort.h"

namespace call_agent::providers::local {

/// Silero VAD 6: one model for every call of the process; a call keeps 3 KiB of state.
/// A window is 512 samples at 16 kHz, preceded by the last 64 of the one before; the recurrent state is carried along.
class SileroVad {
 public:
  /// Errors: kNotFound, kInternal.
  static Result<std::shared_ptr<SileroVad>> load();

  /// A detector that has heard nothing yet.
  static Result<std::unique_ptr<agent::Vad>> make_vad(std::shared_ptr<SileroVad> model);

 private:
  class CallVad;
  explicit SileroVad(ort::Session session) : session_(std::move(session)) {}

  static constexpr std::size_t kMostPending = 64;  ///< Windows of all calls: 8 calls, a quarter of a second behind.
  ort::Session session_;
  Lane lane_{1, kMostPending};
};

}  // namespace call_agent::providers::local
