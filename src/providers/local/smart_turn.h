#pragma once

#include <memory>

#include "agent/ports.h"
#include "core/lane.h"
#include "providers/local/log_mel.h"
#include "providers/local/ort.h"

namespace call_agent::providers::local {

/// smart-turn v3.2: hears the intonation of the last 8 s. It lets about 40% of mid-sentence cuts pass, so ask it only
/// after 200-300 ms of silence and keep a hard limit of silence besides.
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
