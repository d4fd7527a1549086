#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "phone/hearing.h"
#include "phone/scenario.h"

namespace call_agent::phone {

/// The person of a scenario on one call: decides what to say and do next.
///
/// Pure: it reads no clock and does no I/O; the same call replays to the same decisions. Not thread-safe.
class Persona {
 public:
  /// What it wants done. Speaking and dialling take time: it waits for finished() before it goes on.
  using Action = std::variant<Say, SendDtmf, HangUp>;

  /// `scenario` must outlive it.
  explicit Persona(const Scenario& scenario);

  /// Time passed: call every 20 ms from the answer on. `now` is from the answer.
  std::optional<Action> next(milliseconds now, const Ear& ear);

  /// The other side pressed a key.
  void dtmf_heard(char digit);
  /// The last Say or SendDtmf is over.
  void finished();

  /// The step it is at; steps.size() once it only listens, kHangUpStep once it has hung up.
  std::size_t step() const { return step_; }

 private:
  void go(std::size_t step, milliseconds now, const Ear& ear);
  std::optional<Action> perform(const Step& step, milliseconds now, const Ear& ear);
  bool waited_enough(const Step& step, milliseconds now, const Ear& ear);

  const Scenario& scenario_;
  std::size_t step_ = 0;
  milliseconds step_began_{0};
  std::uint64_t voiced_before_ = 0;  ///< Ear::voiced_packets() when the step began.
  std::string pressed_;              ///< Keys not yet expected by a step.
  std::vector<int> jumps_;           ///< Of each GoTo step, since it last let pass.
  bool busy_ = false;                ///< Until what it asked for is over …
  bool finished_ = false;            ///< … as finished() has said since the last next().
  bool hung_up_ = false;
};

}  // namespace call_agent::phone
