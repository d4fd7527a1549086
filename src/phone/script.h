#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "agent/ports.h"
#include "audio/sample.h"
#include "core/asio.h"
#include "core/result.h"
#include "phone/scenario.h"

namespace call_agent::phone {

using audio::Sample;

/// Something ready to be played, at both rates the codecs use.
struct Clip {
  std::string words;           ///< What is said; for a file or a tone, a name for it.
  std::vector<Sample> narrow;  ///< 8 kHz.
  std::vector<Sample> wide;    ///< 16 kHz.

  std::span<const Sample> at(int rate) const { return rate == 16000 ? wide : narrow; }
};

/// A scenario with its clips at hand, so that nothing is late on a call. Shared, read-only, by all calls.
struct Script {
  Scenario scenario;
  std::vector<Clip> clips;  ///< As scenario.clips.
};

/// Synthesises, reads and generates what the scenario lets be heard. `tts` may be null if scenario.sentences() is
/// empty; `before_sentence` is called as each of them begins.
/// Errors: kInvalidArgument for a WAV file that cannot be used, or words without a voice; the Tts's own.
awaitable<Result<std::shared_ptr<const Script>>> prepare_script(
    Scenario scenario, agent::Tts* tts, std::function<void()> before_sentence = [] {});

}  // namespace call_agent::phone
