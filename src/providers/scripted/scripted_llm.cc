#include "providers/scripted/scripted_llm.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/tools.h"
#include "providers/scripted/script.h"

namespace call_agent::providers::scripted {

Result<std::unique_ptr<ScriptedLlm>> ScriptedLlm::create(std::vector<Dialogue> dialogues) {
  if (dialogues.empty() || !dialogues.back().objectives.empty()) {
    return fail(Errc::kInvalidArgument, "scripted dialogues need one without \"for\", for every other call");
  }
  return std::unique_ptr<ScriptedLlm>(new ScriptedLlm(std::move(dialogues)));
}

const Dialogue& ScriptedLlm::dialogue_for(const agent::Objective& objective) const {
  const auto words = words_of(objective.text);
  for (const auto& dialogue : dialogues_) {
    const auto matches = [&](const WordPattern& pattern) { return pattern.matches(words); };
    if (std::ranges::any_of(dialogue.objectives, matches)) return dialogue;
  }
  return dialogues_.back();
}

awaitable<Result<agent::Llm::Reply>> ScriptedLlm::reply(Request request, OnText on_text) {
  const auto standing = play(dialogue_for(request.objective), request.objective, request.history);
  Reply reply;
  for (const auto& name : standing.news) {
    const auto& known = standing.known.at(name);
    reply.tool_calls.push_back({.id = fmt::format("answer_{}_{}", name, known.turn),
                                .name = "record_answer",
                                .arguments = {{"field", name}, {"value", known.value}, {"quote", known.quote}}});
  }
  if (standing.ask) {
    Json arguments{{"question", standing.ask->question}};
    if (!standing.ask->choices.empty()) arguments["choices"] = standing.ask->choices;
    reply.tool_calls.push_back({.id = "ask_" + standing.ask->into,
                                .name = std::string(agent::kAskPrincipal),
                                .arguments = std::move(arguments)});
  }
  if (standing.end) {
    reply.tool_calls.push_back({.id = "end", .name = "end_call", .arguments = {{"reason", "the dialogue is over"}}});
  }
  if (!standing.reply.empty()) on_text(standing.reply);
  co_return reply;
}

awaitable<Result<agent::Report>> ScriptedLlm::report(Request request) {
  const auto& dialogue = dialogue_for(request.objective);
  const auto standing = play(dialogue, request.objective, request.history);
  agent::Report report;
  for (const auto& [name, known] : standing.known) {
    if (known.quote.empty()) continue;
    report.answers.push_back({.field = name, .value = known.value, .quote = known.quote, .turn = known.turn});
  }
  report.objective_met = !dialogue.met.empty() && holds(dialogue.met, dialogue, standing.known);
  for (const auto& line : dialogue.summary) {
    if (!holds(line.when, dialogue, standing.known)) continue;
    report.summary = fill(line.text, dialogue, request.objective, standing.known);
    break;
  }
  co_return report;
}

}  // namespace call_agent::providers::scripted
