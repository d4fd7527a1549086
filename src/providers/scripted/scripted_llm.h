#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/ports.h"
#include "providers/scripted/dialogue.h"

namespace call_agent::providers::scripted {

/// Language without a language model: follows the first dialogue written for the call's objective. Deterministic, and
/// without state of its own: everything follows from the history it is shown.
class ScriptedLlm : public agent::Llm {
 public:
  /// Errors: kInvalidArgument if there is no dialogue, or none for any call (the last one must be).
  static Result<std::unique_ptr<ScriptedLlm>> create(std::vector<Dialogue> dialogues);

  /// Errors: none.
  awaitable<Result<Reply>> reply(Request request, OnText on_text) override;
  awaitable<Result<agent::Report>> report(Request request) override;

  /// The dialogue that fits what the call is for.
  const Dialogue& dialogue_for(const agent::Objective& objective) const;

 private:
  explicit ScriptedLlm(std::vector<Dialogue> dialogues) : dialogues_(std::move(dialogues)) {}

  const std::vector<Dialogue> dialogues_;
};

}  // namespace call_agent::providers::scripted
