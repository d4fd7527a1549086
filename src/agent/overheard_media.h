#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "agent/echo_detector.h"
#include "agent/ports.h"

namespace call_agent::agent {

/// The call's media, as the Voice is given them: whatever is said into them, the EchoDetector is told as well.
class OverheardMedia final : public CallMedia {
 public:
  /// `now`: the callee's audio since the answer. All that is written has the detector's rate. Both outlive this.
  OverheardMedia(CallMedia& media, EchoDetector& echoes, std::function<milliseconds()> now)
      : media_(media), echoes_(echoes), now_(std::move(now)) {}

  awaitable<std::optional<std::vector<Sample>>> read() override;
  awaitable<Result<void>> write(std::span<const Sample> audio, int rate) override;
  milliseconds flush() override;
  awaitable<void> drained() override;
  awaitable<Result<void>> send_dtmf(std::string_view digits) override;

 private:
  CallMedia& media_;
  EchoDetector& echoes_;
  const std::function<milliseconds()> now_;
};

}  // namespace call_agent::agent
