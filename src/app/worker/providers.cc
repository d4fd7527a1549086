#include "app/worker/providers.h"

#include "core/paths.h"
#include "providers/scripted/scripted_llm.h"
#include "providers/stub/stub.h"

namespace call_agent::app {

Result<Providers::Options> Providers::Options::from(const Settings& settings, const WorkerArguments& arguments) {
  Options options;
  options.speech = arguments.speech == "stub" ? Speech::kStub : Speech::kLocal;
  options.dialogues = arguments.scripted;
  options.scripted_beyond_loopback = arguments.force_scripted;
  const auto base_url = settings.get("LLM_BASE_URL");
  if (!base_url) return options;
  options.language_model = providers::openai::OpenAiOptions{
      .base_url = *base_url, .api_key = settings.get_or("LLM_API_KEY", ""), .model = settings.get_or("LLM_MODEL", "")};
  if (const auto fine = options.language_model->check(); !fine) return pass(fine);
  return options;
}

Providers::Providers(asio::any_io_executor executor, Options options)
    : options_(std::move(options)),
      models_(std::make_shared<providers::local::LocalModels>()),
      http_(executor),
      changed_(executor) {}

awaitable<Result<void>> Providers::load() {
  const bool speech = options_.speech == Options::Speech::kLocal;
  auto work = [models = models_, speech]() -> Result<bool> {
    if (auto loaded = models->load({.vad = true, .turn = true, .stt = speech, .tts = speech}); !loaded) {
      return pass(loaded);
    }
    if (auto warm = models->warm(); !warm) return pass(warm);
    return true;
  };
  const auto loaded = co_await loading_.run(std::move(work));
  loaded_ = loaded ? Result<void>{} : Result<void>{pass(loaded)};

  if (loaded && !options_.language_model && speech) loaded_ = load_dialogues();
  changed_.notify();
  co_return *loaded_;
}

Result<void> Providers::load_dialogues() {
  auto path = options_.dialogues;
  if (path.empty()) {
    const auto shipped = find_asset("dialogues");
    if (!shipped) return pass(shipped);
    path = *shipped;
  }
  if (std::filesystem::is_directory(path)) {
    auto dialogues = providers::scripted::load_dialogues(path);
    if (!dialogues) return pass(dialogues);
    dialogues_ = std::move(*dialogues);
  } else {
    auto dialogue = providers::scripted::load_dialogue(path);
    if (!dialogue) return pass(dialogue);
    dialogues_.push_back(std::move(*dialogue));
  }
  const auto usable = providers::scripted::ScriptedLlm::create(dialogues_);
  if (!usable) return pass(usable);
  return {};
}

awaitable<Result<Providers::CallPorts>> Providers::for_call() {
  while (!loaded_) co_await changed_.wait();
  if (!*loaded_) co_return pass(*loaded_);

  const bool speech = options_.speech == Options::Speech::kLocal;
  CallPorts ports;
  auto vad = models_->make_vad();
  if (!vad) co_return pass(vad);
  ports.vad = std::move(*vad);
  auto turn = models_->make_turn_detector();
  if (!turn) co_return pass(turn);
  ports.turn_detector = std::move(*turn);
  auto llm = make_llm();
  if (!llm) co_return pass(llm);
  ports.llm = std::move(*llm);
  if (!speech) {
    ports.stt = providers::stub::make_stt();
    ports.tts = providers::stub::make_tts();
    co_return ports;
  }
  auto stt = models_->make_stt();
  if (!stt) co_return pass(stt);
  ports.stt = std::move(*stt);
  auto tts = models_->make_tts();
  if (!tts) co_return pass(tts);
  ports.tts = std::move(*tts);
  co_return ports;
}

Result<std::unique_ptr<agent::Llm>> Providers::make_llm() {
  if (options_.speech == Options::Speech::kStub) return providers::stub::make_llm();
  if (options_.language_model) {
    auto llm = providers::openai::OpenAiLlm::create(http_, *options_.language_model);
    if (!llm) return pass(llm);
    return std::unique_ptr<agent::Llm>(std::move(*llm));
  }
  auto llm = providers::scripted::ScriptedLlm::create(dialogues_);
  if (!llm) return pass(llm);
  return std::unique_ptr<agent::Llm>(std::move(*llm));
}

}  // namespace call_agent::app
