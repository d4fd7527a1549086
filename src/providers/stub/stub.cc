#include "providers/stub/stub.h"

#include <cmath>
#include <numbers>
#include <vector>

namespace call_agent::providers::stub {
namespace {

constexpr int kRate = 24000;

class StubStt : public agent::Stt {
 public:
  void start_segment(std::span<const agent::Sample>) override {}
  void push(std::span<const agent::Sample>) override {}
  awaitable<Result<agent::Transcript>> transcribe() override {
    co_return agent::Transcript{"I would like to book a table for two.", 1.0F};
  }
  void end_segment() override {}
};

class StubLlm : public agent::Llm {
 public:
  awaitable<Result<Reply>> reply(Request, OnText on_text) override {
    on_text("Thank you, I have noted that down.");
    co_return Reply{};
  }
  awaitable<Result<agent::Report>> report(Request) override {
    co_return agent::Report{.summary = "A call with stub providers.", .objective_met = true};
  }
};

const std::vector<agent::Sample>& tone() {
  static const std::vector<agent::Sample> samples = [] {
    std::vector<agent::Sample> made(2 * kRate);
    for (std::size_t i = 0; i < made.size(); ++i) {
      made[i] =
          static_cast<agent::Sample>(8000 * std::sin(2 * std::numbers::pi * 440 * static_cast<double>(i) / kRate));
    }
    return made;
  }();
  return samples;
}

class StubTts : public agent::Tts {
 public:
  int sample_rate() const override { return kRate; }
  awaitable<Result<void>> synthesize(std::string, OnAudio on_audio) override {
    on_audio(tone());
    co_return Result<void>{};
  }
};

}  // namespace

std::unique_ptr<agent::Stt> make_stt() {
  return std::make_unique<StubStt>();
}
std::unique_ptr<agent::Llm> make_llm() {
  return std::make_unique<StubLlm>();
}
std::unique_ptr<agent::Tts> make_tts() {
  return std::make_unique<StubTts>();
}

}  // namespace call_agent::providers::stub
