#include "providers/scripted/script.h"

#include <algorithm>
#include <array>
#include <utility>

#include "providers/scripted/spoken_time.h"

namespace call_agent::scripted {
namespace {

using agent::Message;
using agent::Role;

// A time in a clause with one of these is not on offer.
constexpr std::array kNotOnOffer = std::to_array<std::string_view>({
    "taken",
    "full",
    "fully booked",
    "unavailable",
    "not available",
    "no longer",
    "gone",
    "cannot",
    "cant",
    "can not",
    "closed",
    "dont have",
    "do not have",
    "not possible",
    "nothing at",
    "not free",
    "isnt free",
});
constexpr std::array kYes = std::to_array<std::string_view>({
    "yes",        "yeah",           "yep",        "yup",     "sure",      "right",      "correct", "certainly",
    "absolutely", "of course",      "definitely", "ok",      "okay",      "fine",       "perfect", "wonderful",
    "great",      "lovely",         "excellent",  "alright", "all right", "no problem", "done",    "confirmed",
    "got it",     "booked for you", "see you",
});
constexpr std::array kNo = std::to_array<std::string_view>({
    "no",
    "nope",
    "not",
    "cannot",
    "cant",
    "sorry",
    "unfortunately",
    "afraid",
    "full",
    "fully booked",
    "closed",
    "impossible",
});
// Between such a word and a time, these make it one again: "eight is taken, but we have nine".
constexpr std::array kOffer = std::to_array<std::string_view>({
    "would",
    "could",
    "how about",
    "what about",
    "but",
    "only",
    "instead",
    "we have",
    "can do",
    "or",
    "maybe",
    "perhaps",
});
constexpr std::size_t kLongestInput = 2000;

bool has_words(const std::vector<std::string>& words, std::span<const std::string_view> phrases) {
  return std::ranges::any_of(phrases, [&](std::string_view phrase) {
    const auto wanted = words_of(phrase);
    return !std::ranges::search(words, wanted).empty();
  });
}

std::vector<std::string_view> clauses_of(std::string_view text) {
  std::vector<std::string_view> clauses;
  std::size_t begin = 0;
  const auto cut = [&](std::size_t end, std::size_t next) {
    if (end > begin) clauses.push_back(text.substr(begin, end - begin));
    begin = next;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool mark =
        text[i] == ',' || text[i] == ';' || text[i] == '?' || text[i] == '!' ||
        (text[i] == '.' && (i + 1 == text.size() || text[i + 1] == ' ') && !(i > 1 && text[i - 2] == '.'));
    if (mark) cut(i, i + 1);
    if (text.substr(i).starts_with(" but ")) cut(i, i + 5);
  }
  cut(text.size(), text.size());
  return clauses;
}

// Whether a time is meant as possible, by the words of its clause: those before "taken" are not, nor those after it,
// unless an offer lies between.
bool on_offer(std::string_view clause, const SpokenTime& time) {
  if (has_words(words_of(clause.substr(time.end)), kNotOnOffer)) return false;
  const auto before = clause.substr(0, time.begin);
  return !has_words(words_of(before), kNotOnOffer) || has_words(words_of(before), kOffer);
}

// What the callee said between two of the agent's turns.
struct Input {
  std::string text;
  int turn = -1;
  std::vector<std::string> words;
  std::optional<SpokenTime> time;  // The last on offer.
  std::optional<int> number;
  bool yes = false, no = false;

  void understand() {
    words = words_of(text);
    number = find_number(text);
    for (const auto clause : clauses_of(text)) {
      auto times = find_times(clause);
      std::erase_if(times, [clause](const SpokenTime& one) { return !on_offer(clause, one); });
      // A bare number is a time only where no real one is said.
      const bool real = std::ranges::any_of(times, [](const SpokenTime& one) { return !one.bare; });
      for (const auto& one : times) {
        if (!one.bare || (!real && (!time || time->bare))) time = one;
      }
    }
    no = has_words(words, kNo);
    yes = has_words(words, kYes) && !(no && !has_words(words, std::to_array<std::string_view>({"no problem"})));
  }
};

class Player {
 public:
  Player(const Dialogue& dialogue, const agent::Objective& objective) : dialogue_(dialogue), objective_(objective) {}

  Standing start() {
    const auto& opening = objective_.opening.empty() ? dialogue_.opening : objective_.opening;
    standing_.reply = text(opening);
    return standing_;
  }

  void hear(Input input) {
    if (standing_.end) return;
    input.understand();
    standing_.news.clear();
    for (const auto& intent : dialogue_.intents) {
      if (!fits(intent, input)) continue;
      for (const auto& [name, value] : intent.set) set(name, value, input);
      auto& times = said_[intent.name];
      const auto& words = intent.say[std::min(times++, intent.say.size() - 1)];
      return answer(words, intent.end);
    }
    fill_asked_slot(input);
    ask_next_slot();
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

  const Slot* time_slot() const {
    const auto slot = std::ranges::find(dialogue_.slots, Slot::Kind::kTime, &Slot::kind);
    return slot == dialogue_.slots.end() ? nullptr : &*slot;
  }

  std::string time_value(const Input& input) const {
    const Slot* slot = time_slot();
    return input.time ? format_time(resolve(*input.time, slot != nullptr ? slot->near : 12 * 60)) : std::string{};
  }

  bool is_new_time(const Input& input) const {
    const Slot* slot = time_slot();
    if (slot == nullptr) return input.time.has_value();
    const auto known = standing_.known.find(slot->name);
    const Json expected = known == standing_.known.end() ? Json(slot->expected) : known->second.value;
    return Json(time_value(input)) != expected;
  }

  bool fits(const Intent& intent, const Input& input) const {
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

  void set(const std::string& name, const Json& rule, const Input& input) {
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

  void fill_asked_slot(const Input& input) {
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

Standing play(const Dialogue& dialogue, const agent::Objective& objective, std::span<const Message> history) {
  Player player(dialogue, objective);
  player.start();
  Input input;
  int turn = 0;
  bool opened = false;
  for (const auto& message : history) {
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

}  // namespace call_agent::scripted
