#pragma once

#include <memory>

#include "agent/ports.h"
#include "core/lane.h"
#include "providers/local/log_mel.h"
#include "providers/local/ort.h"

namespace call_agent::providers::local {

/// smart-turn v3.2: hears the intonation of the last 8 s. Digital silence behind the words persuades it: of sentences
/// cut in the middle it lets 2 in 10 pass with 100 ms of silence, 6 with 200 ms, 8 with 300 ms (Piper's voice, mu-law),
/// of complete ones 9 in 10 throughout. So keep a hard limit of silence besides, and do not ask again and again.
class SmartTurn {
 public:
  /// Errors: kNotFound, kInternal.
  static Result<std::shared_ptr<SmartTurn>> load();
  static std::unique_ptr<agent::TurnDetector> make_turn_detector(std::shared_ptr<SmartTurn> model);

 private:
  class CallTurnDetector;
  explicit SmartTurn(ort::Session session) : session_(std::move(session)) {}
  Result<float> infer(std::span<const float> audio) const;

  static constexpr std::size_t kMostPending = 8;  ///< A second of work: an answer later than that is of no use.
  ort::Session session_;
  LogMel mel_;
  Lane lane_{1, kMostPending};
};

}  // namespace call_agent::providers::local
