#include "phone/persona.h"

#include <algorithm>

namespace call_agent::phone {
namespace {

constexpr milliseconds kPacket{20};
constexpr int kMostStepsAtOnce = 64;  // A loop without a pause must not hold up the audio.
constexpr std::size_t kMostPressed = 64;

}  // namespace

Persona::Persona(const Scenario& scenario) : scenario_(scenario), jumps_(scenario.steps.size(), 0) {}

void Persona::dtmf_heard(char digit) {
  if (pressed_.size() < kMostPressed) pressed_ += digit;
}

void Persona::finished() {
  finished_ = busy_;
}

void Persona::go(std::size_t step, milliseconds now, const Ear& ear) {
  step_ = step;
  step_began_ = now;
  voiced_before_ = ear.voiced_packets();
}

std::optional<Persona::Action> Persona::next(milliseconds now, const Ear& ear) {
  if (hung_up_) return std::nullopt;
  if (busy_) {
    // What is heard while it speaks is not an answer to what it says; the next step begins once it is done.
    step_began_ = now;
    voiced_before_ = ear.voiced_packets();
    if (!finished_) return std::nullopt;
    busy_ = finished_ = false;
  }
  if (now >= scenario_.longest) step_ = kHangUpStep;
  for (int count = 0; count < kMostStepsAtOnce; ++count) {
    if (step_ == kHangUpStep) {
      hung_up_ = true;
      return HangUp{};
    }
    if (step_ >= scenario_.steps.size()) return std::nullopt;
    const std::size_t before = step_;
    const milliseconds began = step_began_;
    auto action = perform(scenario_.steps[step_], now, ear);
    if (action) return action;
    if (step_ == before && step_began_ == began) return std::nullopt;  // Still waiting.
  }
  return std::nullopt;
}

std::optional<Persona::Action> Persona::perform(const Step& step, milliseconds now, const Ear& ear) {
  if (const auto* say = std::get_if<Say>(&step.action)) {
    busy_ = true;
    go(step_ + 1, now, ear);
    return *say;
  }
  if (const auto* dtmf = std::get_if<SendDtmf>(&step.action)) {
    busy_ = true;
    go(step_ + 1, now, ear);
    return *dtmf;
  }
  if (std::holds_alternative<HangUp>(step.action)) {
    go(kHangUpStep, now, ear);
    return std::nullopt;
  }
  if (const auto* jump = std::get_if<GoTo>(&step.action)) {
    int& jumps = jumps_[step_];
    const bool again = jumps < jump->times;
    jumps = again ? jumps + 1 : 0;
    go(again ? jump->step : step_ + 1, now, ear);
    return std::nullopt;
  }
  if (const auto* expected = std::get_if<ExpectDtmf>(&step.action); expected && !pressed_.empty()) {
    const std::size_t compared = std::min(pressed_.size(), expected->digits.size());
    if (pressed_.compare(0, compared, expected->digits, 0, compared) != 0) {
      pressed_.clear();
      go(expected->otherwise, now, ear);
      return std::nullopt;
    }
    if (compared == expected->digits.size()) {
      pressed_.erase(0, compared);
      go(step_ + 1, now, ear);
      return std::nullopt;
    }
  }
  if (waited_enough(step, now, ear)) {
    go(step_ + 1, now, ear);
    return std::nullopt;
  }
  const bool timed = !std::holds_alternative<Wait>(step.action) && !std::holds_alternative<WaitUntil>(step.action);
  if (timed && now - step_began_ >= step.timeout) go(step.on_timeout, now, ear);
  return std::nullopt;
}

bool Persona::waited_enough(const Step& step, milliseconds now, const Ear& ear) {
  if (const auto* wait = std::get_if<Wait>(&step.action)) return now - step_began_ >= wait->length;
  if (const auto* until = std::get_if<WaitUntil>(&step.action)) return now >= until->since_answer;
  if (const auto* speech = std::get_if<WaitForSpeech>(&step.action)) {
    return ear.voiced_just_now(now) && now - *ear.speaking_since() >= speech->length;
  }
  if (const auto* end = std::get_if<WaitForSpeechEnd>(&step.action)) {
    const milliseconds said = kPacket * static_cast<int>(ear.voiced_packets() - voiced_before_);
    return said >= end->least_speech && said > milliseconds(0) && now - *ear.last_voiced() >= end->silence;
  }
  return false;
}

}  // namespace call_agent::phone
