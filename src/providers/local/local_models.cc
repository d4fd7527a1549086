#include "providers/local/local_models.h"

#include <malloc.h>

#include <exception>
#include <optional>
#include <vector>

#include "core/log.h"
#include "providers/local/flite_voice.h"
#include "providers/local/moonshine_stt.h"
#include "providers/local/piper_tts.h"
#include "providers/local/silero_vad.h"
#include "providers/local/smart_turn.h"

namespace call_agent::providers::local {
namespace {

template <class Model>
Result<void> load_once(bool wanted, std::shared_ptr<Model>& model) {
  if (!wanted || model) return {};
  auto loaded = Model::load();
  if (!loaded) return pass(loaded);
  model = std::move(*loaded);
  return {};
}

std::unexpected<Error> not_loaded(std::string_view what) {
  return fail(Errc::kConflict, fmt::format("the local model for {} has not been loaded", what));
}

void keep_first_error(Result<void>& kept, Result<void> next) {
  if (kept && !next) kept = std::move(next);
}

template <class T>
Result<void> without_value(const Result<T>& result) {
  if (!result) return pass(result);
  return {};
}

awaitable<Result<void>> run_each(agent::Vad* vad, agent::TurnDetector* turn, agent::Stt* stt, agent::Tts* tts) {
  Result<void> outcome;
  std::vector<agent::Sample> noise(agent::kListenRate);
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<agent::Sample>(i * 7919 % 2000);
  if (vad) {
    const auto window = std::span(noise).first<agent::kVadWindow>();
    keep_first_error(outcome, without_value(co_await vad->push(window)));
  }
  if (turn) keep_first_error(outcome, without_value(co_await turn->probability_of_end(noise)));
  if (stt) {
    stt->start_segment(noise);
    keep_first_error(outcome, without_value(co_await stt->transcribe()));
    stt->end_segment();
  }
  if (tts) keep_first_error(outcome, co_await tts->synthesize("Hello.", [](std::span<const agent::Sample>) {}));
  co_return outcome;
}

}  // namespace

LocalModels::LocalModels() = default;
LocalModels::~LocalModels() = default;

Result<void> LocalModels::load(Wanted wanted) {
  const std::lock_guard lock(mutex_);
  // Each lane's thread would get a heap of its own, and each would keep the largest tensors it ever saw.
  mallopt(M_ARENA_MAX, 2);  // NOLINT(concurrency-mt-unsafe): under the lock, and glibc has one of its own
  if (auto loaded = load_once(wanted.vad, vad_); !loaded) return loaded;
  if (auto loaded = load_once(wanted.turn, turn_); !loaded) return loaded;
  if (auto loaded = load_once(wanted.stt, stt_); !loaded) return loaded;
  if (auto loaded = load_once(wanted.tts && !flite_, piper_); !loaded) {
    if (loaded.error().code != Errc::kNotFound) return loaded;
    log::warn("speaking with Flite's plain voice: {}", loaded.error().what);
    flite_ = FliteVoice::create();
  }
  malloc_trim(0);  // Parsing and optimising a model leaves more behind than the model keeps.
  return {};
}

Result<void> LocalModels::warm() {
  std::unique_ptr<agent::Vad> vad;
  std::unique_ptr<agent::TurnDetector> turn;
  std::unique_ptr<agent::Stt> stt;
  std::unique_ptr<agent::Tts> tts;
  if (auto made = make_vad()) vad = std::move(*made);
  if (auto made = make_turn_detector()) turn = std::move(*made);
  if (auto made = make_stt()) stt = std::move(*made);
  if (auto made = make_tts()) tts = std::move(*made);

  asio::io_context io(1);
  Result<void> outcome = fail(Errc::kInternal, "the models did not answer");
  asio::co_spawn(io, run_each(vad.get(), turn.get(), stt.get(), tts.get()),
                 [&](const std::exception_ptr& thrown, Result<void> result) {
                   if (!thrown) outcome = std::move(result);
                 });
  io.run();
  malloc_trim(0);
  return outcome;
}

Result<std::unique_ptr<agent::Vad>> LocalModels::make_vad() const {
  const std::lock_guard lock(mutex_);
  if (!vad_) return not_loaded("voice activity");
  return SileroVad::make_vad(vad_);
}

Result<std::unique_ptr<agent::TurnDetector>> LocalModels::make_turn_detector() const {
  const std::lock_guard lock(mutex_);
  if (!turn_) return not_loaded("the end of a turn");
  return SmartTurn::make_turn_detector(turn_);
}

Result<std::unique_ptr<agent::Stt>> LocalModels::make_stt() const {
  const std::lock_guard lock(mutex_);
  if (!stt_) return not_loaded("speech recognition");
  return MoonshineStt::make_stt(stt_);
}

Result<std::unique_ptr<agent::Tts>> LocalModels::make_tts() const {
  const std::lock_guard lock(mutex_);
  if (piper_) return PiperTts::make_tts(piper_);
  if (flite_) return FliteVoice::make_tts(flite_);
  return not_loaded("speech synthesis");
}

}  // namespace call_agent::providers::local
