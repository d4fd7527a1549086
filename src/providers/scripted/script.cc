#include "providers/scripted/script.h"

#include <algorithm>
#include <utility>

#include "agent/tools.h"
#include "providers/scripted/heard.h"
#include "providers/scripted/spoken_time.h"

namespace call_agent::providers::scripted {
namespace {

using agent::Message;
using agent::Role;

constexpr std::size_t kLongestInput = 2000;

class Player {
 public:
  Player(const Dialogue& dialogue, const agent::Objective& objective) : dialogue_(dialogue), objective_(objective) {}

  Standing start() {
    const auto& opening = objective_.opening.empty() ? dialogue_.opening : objective_.opening;
    standing_.reply = text(opening);
    return standing_;
  }

  void hear(Heard input) {
    if (standing_.end) return;
    standing_.news.clear();
    standing_.ask.reset();
    if (waiting_for_) return answer("Thank you.", false);
    understand(input);
    for (const auto& intent : dialogue_.intents) {
      if (!fits(intent, input)) continue;
      // The answer came while the callee went on about it.
      if (intent.ask && standing_.known.contains(intent.ask->into)) return answer(intent.ask->answered, intent.end);
      for (const auto& [name, value] : intent.set) set(name, value, input);
      auto& times = said_[intent.name];
      const auto& words = intent.say.empty() ? "" : intent.say[std::min(times++, intent.say.size() - 1)];
      if (intent.ask) ask(intent);
      return answer(words, intent.end && !intent.ask);
    }
    fill_asked_slot(input);
    ask_next_slot();
  }

  /// The question was put to the principal.
  void asked() {
    if (standing_.ask) waiting_for_ = std::exchange(asking_, nullptr);
    standing_.ask.reset();
  }

  /// What the principal said, as the session tells a language model.
  void told(const Json& message) {
    standing_.news.clear();
    standing_.ask.reset();
    if (message.contains("instruction")) {
      standing_.known["instruction"] = Known{.value = message["instruction"]};
      return answer(dialogue_.instruction, false);
    }
    const Intent* intent = std::exchange(waiting_for_, nullptr);
    if (intent == nullptr || !message.contains("answer")) return;
    const Json& said = message["answer"];
    if (said.is_string()) standing_.known[intent->ask->into] = Known{.value = said};
    answer(said.is_string() ? intent->ask->answered : intent->ask->unanswered, intent->end);
  }

  Standing standing() const { return standing_; }

 private:
  std::string text(const std::string& words) const {
    return fill(words, dialogue_, objective_, standing_.known, standing_.reply);
  }

  void answer(const std::string& words, bool end) {
    standing_.reply = text(words);
    if (auto& first = standing_.reply; !first.empty() && first[0] >= 'a' && first[0] <= 'z') {
      first[0] = static_cast<char>(first[0] - 'a' + 'A');
    }
    standing_.end = end;
  }

  void ask(const Intent& intent) {
    standing_.ask = intent.ask;
    standing_.ask->question = text(intent.ask->question);
    asking_ = &intent;
  }

  const Slot* time_slot() const {
    const auto slot = std::ranges::find(dialogue_.slots, Slot::Kind::kTime, &Slot::kind);
    return slot == dialogue_.slots.end() ? nullptr : &*slot;
  }

  std::string time_value(const Heard& input) const {
    const Slot* slot = time_slot();
    return input.time ? format_time(resolve(*input.time, slot != nullptr ? slot->near : 12 * 60)) : std::string{};
  }

  bool is_new_time(const Heard& input) const {
    const Slot* slot = time_slot();
    if (slot == nullptr) return input.time.has_value();
    const auto known = standing_.known.find(slot->name);
    const Json expected = known == standing_.known.end() ? Json(slot->expected) : known->second.value;
    return Json(time_value(input)) != expected;
  }

  bool fits(const Intent& intent, const Heard& input) const {
    const auto matches = [&](const WordPattern& pattern) { return pattern.matches(input.words); };
    if (!intent.any.empty() && std::ranges::none_of(intent.any, matches)) return false;
    if (std::ranges::any_of(intent.unless, matches)) return false;
    for (const auto& need : intent.needs) {
      const bool there = need == "time"       ? input.time.has_value()
                         : need == "new_time" ? input.time.has_value() && is_new_time(input)
                         : need == "number"   ? input.number.has_value()
                         : need == "yes"      ? input.yes
                                              : input.no;
      if (!there) return false;
    }
    return holds(intent.when, dialogue_, standing_.known);
  }

  void set(const std::string& name, const Json& rule, const Heard& input) {
    Json value = rule;
    if (rule == "$text") value = input.text;
    if (rule == "$yes_no") value = input.yes;
    if (rule == "$number") {
      if (!input.number) return;
      value = *input.number;
    }
    if (rule == "$time") {
      if (!input.time) return;
      value = time_value(input);
    }
    standing_.known[name] = Known{std::move(value), input.text, input.turn};
    standing_.news.push_back(name);
  }

  void fill_asked_slot(const Heard& input) {
    const auto slot = std::ranges::find(dialogue_.slots, asked_, &Slot::name);
    if (asked_.empty() || slot == dialogue_.slots.end()) return;
    using Kind = Slot::Kind;
    if (slot->kind == Kind::kTime) set(slot->name, "$time", input);
    if (slot->kind == Kind::kNumber) set(slot->name, "$number", input);
    if (slot->kind == Kind::kText) set(slot->name, "$text", input);
    if (slot->kind == Kind::kYesNo && (input.yes || input.no)) set(slot->name, "$yes_no", input);
    for (std::size_t i = 0; i < slot->patterns.size(); ++i) {
      if (slot->patterns[i].matches(input.words)) return set(slot->name, slot->values[i], input);
    }
  }

  void ask_next_slot() {
    const bool understood = !standing_.news.empty();
    const std::string before = std::exchange(asked_, {});
    bool prompts = false;
    for (const auto& slot : dialogue_.slots) {
      if (slot.prompt.empty()) continue;
      prompts = true;
      if (standing_.known.contains(slot.name) || !holds(slot.when, dialogue_, standing_.known)) continue;
      asked_ = slot.name;
      // Asked in vain before: the fallback's words, and the question stays.
      if (asked_ == before && !understood) return fall_back();
      return answer(slot.prompt, false);
    }
    if (prompts && understood) return answer(dialogue_.closing, true);
    fall_back();
  }

  void fall_back() {
    if (fallbacks_ >= dialogue_.fallback.size()) return answer(dialogue_.give_up, true);
    answer(dialogue_.fallback[fallbacks_++], false);
  }

  const Dialogue& dialogue_;
  const agent::Objective& objective_;
  Standing standing_;
  std::map<std::string, std::size_t> said_;
  std::string asked_;
  const Intent* asking_ = nullptr;       // Whose question is to be put to the principal,
  const Intent* waiting_for_ = nullptr;  // and whose was.
  std::size_t fallbacks_ = 0;
};

}  // namespace

bool holds(const Conditions& conditions, const Dialogue& dialogue, const std::map<std::string, Known>& known) {
  return std::ranges::all_of(conditions, [&](const auto& condition) {
    const auto& [name, wanted] = condition;
    const Json* value = nullptr;
    if (const auto fact = dialogue.facts.find(name); fact != dialogue.facts.end()) value = &fact->second;
    if (const auto found = known.find(name); found != known.end()) value = &found->second.value;
    if (wanted.is_null()) return value == nullptr;
    return value != nullptr && (wanted == "*" || *value == wanted);
  });
}

std::string fill(const std::string& text, const Dialogue& dialogue, const agent::Objective& objective,
                 const std::map<std::string, Known>& known, const std::string& last) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto open = text.find('{', at), close = text.find('}', open);
    if (close == std::string::npos) return out + text.substr(at);
    out += text.substr(at, open - at);
    auto name = text.substr(open + 1, close - open - 1);
    at = close + 1;
    const bool raw = name.ends_with(":raw");
    if (raw) name.resize(name.size() - 4);
    if (name == "objective") out += objective.text;
    if (name == "last") out += last;
    const Json* value = nullptr;
    if (const auto fact = dialogue.facts.find(name); fact != dialogue.facts.end()) value = &fact->second;
    if (const auto found = known.find(name); found != known.end()) value = &found->second.value;
    if (value == nullptr) continue;
    const auto words = value->is_string() ? value->get<std::string>() : dump_json(*value);
    const auto minutes = raw ? std::nullopt : parse_clock(words);
    out += minutes ? say_time(*minutes) : words;
  }
  return out;
}

namespace {

bool asks_principal(const Message& message) {
  return std::ranges::find(message.tool_calls, agent::kAskPrincipal, &agent::ToolCall::name) !=
         message.tool_calls.end();
}

// Of a system message: what the principal said in it; null if it is something else.
Json from_principal(const Message& message) {
  if (message.role != Role::kSystem) return nullptr;
  auto json = parse_json(message.text);
  if (!json || !json->is_object() || !json->contains("from_your_principal")) return nullptr;
  return std::move((*json)["from_your_principal"]);
}

}  // namespace

Standing play(const Dialogue& dialogue, const agent::Objective& objective, std::span<const Message> history) {
  Player player(dialogue, objective);
  player.start();
  Heard input;
  int turn = 0;
  bool opened = false;
  for (const auto& message : history) {
    const Json principal = from_principal(message);
    if (asks_principal(message) || principal.is_object()) {
      if (opened && !input.text.empty()) player.hear(std::exchange(input, {}));
      principal.is_object() ? player.told(principal) : player.asked();
      continue;
    }
    const bool said = (message.role == Role::kCallee || message.role == Role::kAgent) && !message.text.empty();
    if (!said) continue;
    if (message.role == Role::kAgent) {
      // What was said before the agent's first words greeted it, and asked for nothing.
      if (opened && !input.text.empty()) player.hear(std::exchange(input, {}));
      input = {};
      opened = true;
    } else if (input.text.size() < kLongestInput) {
      input.text += (input.text.empty() ? "" : " ") + message.text;
      if (input.turn < 0) input.turn = turn;
    }
    ++turn;
  }
  if (opened && !input.text.empty()) player.hear(std::move(input));
  return player.standing();
}

}  // namespace call_agent::providers::scripted
