#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/ports.h"
#include "app/worker/worker_arguments.h"
#include "core/channel.h"
#include "core/lane.h"
#include "core/settings.h"
#include "net/http.h"
#include "providers/local/local_models.h"
#include "providers/openai/openai_llm.h"
#include "providers/scripted/dialogue.h"

namespace call_agent::app {

/// What the calls of one media process hear, think and speak with: loads models once, hands each call its own ports.
/// Lives on one executor.
class Providers {
 public:
  struct Options {
    enum class Speech : std::uint8_t { kLocal, kStub } speech = Speech::kLocal;
    std::optional<providers::openai::OpenAiOptions> language_model;  ///< Empty: a scripted dialogue.
    std::filesystem::path dialogues;                                 ///< A file or a folder; empty: the ones we ship.
    bool scripted_beyond_loopback = false;

    /// Errors: kInvalidArgument, for a language model that is half or wrongly configured.
    static Result<Options> from(const Settings& settings, const WorkerArguments& arguments);
  };

  struct CallPorts {
    std::unique_ptr<agent::Vad> vad;
    std::unique_ptr<agent::Stt> stt;
    std::unique_ptr<agent::TurnDetector> turn_detector;
    std::unique_ptr<agent::Llm> llm;
    std::unique_ptr<agent::Tts> tts;
  };

  Providers(asio::any_io_executor executor, Options options);

  /// Loads what the options ask for, away from this thread. Call once. Errors: kNotFound naming a missing model.
  awaitable<Result<void>> load();

  /// Waits until load() is through. Errors: what it failed with.
  awaitable<Result<CallPorts>> for_call();

  /// Whether a script is all it can say: strangers on real phones are not for rehearsing with.
  bool loopback_only() const { return !options_.language_model && !options_.scripted_beyond_loopback; }

 private:
  Result<void> load_dialogues();
  Result<std::unique_ptr<agent::Llm>> make_llm();

  Options options_;
  Lane loading_{1, 4};
  std::shared_ptr<providers::local::LocalModels> models_;
  std::vector<providers::scripted::Dialogue> dialogues_;
  net::HttpClient http_;
  std::optional<Result<void>> loaded_;
  Notifier changed_;
};

}  // namespace call_agent::app
