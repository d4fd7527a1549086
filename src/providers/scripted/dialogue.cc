#include "providers/scripted/dialogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <initializer_list>
#include <optional>
#include <sstream>
#include <utility>

#include "providers/scripted/spoken_time.h"

namespace call_agent::providers::scripted {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;
constexpr std::size_t kMostItems = 256;
constexpr std::size_t kMostText = 2000;
constexpr std::array kNeeds = std::to_array<std::string_view>({"time", "new_time", "number", "yes", "no"});

// Reads one object's fields; remembers the first thing that is wrong, with its place.
class Fields {
 public:
  Fields(const Json& object, std::string place, std::optional<Error>& error)
      : object_(object), place_(std::move(place)), error_(error) {
    if (!object_.is_object()) wrong("", "must be an object");
  }

  void only(std::initializer_list<std::string_view> known) {
    if (!object_.is_object()) return;
    for (const auto& [name, ignored] : object_.items()) {
      if (std::ranges::find(known, name) == known.end()) wrong(name, "is not a field known here");
    }
  }

  std::string text(const char* name, bool required = false) {
    const Json* value = find(name);
    if (value == nullptr) {
      if (required) wrong(name, "is missing");
      return {};
    }
    return text_of(*value, name);
  }

  bool flag(const char* name) {
    const Json* value = find(name);
    if (value == nullptr) return false;
    if (!value->is_boolean()) wrong(name, "must be true or false");
    return value->is_boolean() && value->get<bool>();
  }

  // A list of texts, or one text alone.
  std::vector<std::string> texts(const char* name) {
    std::vector<std::string> out;
    const Json* value = find(name);
    if (value == nullptr) return out;
    if (value->is_string()) {
      out.push_back(text_of(*value, name));
      return out;
    }
    if (const Json* items = list(name)) {
      for (std::size_t i = 0; i < items->size(); ++i)
        out.push_back(text_of((*items)[i], fmt::format("{}[{}]", name, i)));
    }
    return out;
  }

  std::vector<WordPattern> patterns(const char* name) {
    std::vector<WordPattern> out;
    for (const auto& text : texts(name)) add_pattern(text, name, out);
    return out;
  }
  void add_pattern(const std::string& text, const std::string& name, std::vector<WordPattern>& out) {
    auto pattern = WordPattern::parse(text);
    if (pattern) {
      out.push_back(std::move(*pattern));
    } else {
      wrong(name, fmt::format("\"{}\": {}", text, pattern.error().what));
    }
  }

  // Names with plain values.
  std::map<std::string, Json> values(const char* name) {
    std::map<std::string, Json> out;
    const Json* value = find(name);
    if (value == nullptr) return out;
    if (!value->is_object() || value->size() > kMostItems) {
      wrong(name, "must be an object");
      return out;
    }
    for (const auto& [key, one] : value->items()) {
      if (one.is_structured()) wrong(fmt::format("{}.{}", name, key), "must be a text, a number, true, false or null");
      out[key] = one;
    }
    return out;
  }

  // An object of its own, read by `read`.
  template <class Read>
  void object(const char* name, Read read) {
    if (const Json* value = find(name)) read(Fields(*value, place_.empty() ? name : place_ + "." + name, error_));
  }

  const Json* list(const char* name) {
    const Json* value = find(name);
    if (value == nullptr) return nullptr;
    if (value->is_array() && value->size() <= kMostItems) return value;
    wrong(name, fmt::format("must be a list of at most {} items", kMostItems));
    return nullptr;
  }

  std::optional<int> clock(const char* name) {
    const auto value = text(name);
    if (value.empty()) return std::nullopt;
    const auto minutes = parse_clock(value);
    if (!minutes) wrong(name, "must be a time such as \"20:00\"");
    return minutes;
  }

  void wrong(const std::string& field, const std::string& what) {
    if (error_) return;
    const auto place = place_.empty() || field.empty() ? place_ + field : place_ + "." + field;
    error_ = Error{Errc::kInvalidArgument, fmt::format("{} {}", place.empty() ? "the file" : place, what)};
  }

 private:
  const Json* find(const char* name) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &*found;
  }
  std::string text_of(const Json& value, const std::string& name) {
    if (!value.is_string()) {
      wrong(name, "must be a text");
      return {};
    }
    auto out = value.get<std::string>();
    if (out.empty()) wrong(name, "must not be empty");
    if (out.size() > kMostText) wrong(name, fmt::format("must not be longer than {} bytes", kMostText));
    return out;
  }

  const Json& object_;
  const std::string place_;
  std::optional<Error>& error_;
};

// The line a JSON error speaks of, as ", line 3"; it names the byte.
std::string line_of(std::string_view json, std::string_view error) {
  constexpr std::string_view kByte = "byte ";
  const auto at = error.rfind(kByte);
  if (at == std::string_view::npos) return {};
  std::size_t byte = 0;
  const auto number = error.substr(at + kByte.size());
  std::from_chars(number.data(), number.data() + number.size(), byte);
  const auto before = json.substr(0, std::min(byte, json.size()));
  return fmt::format(", line {}", std::ranges::count(before, '\n') + 1);
}

Slot read_slot(Fields fields) {
  fields.only({"name", "kind", "prompt", "patterns", "near", "expected", "when"});
  Slot slot{.name = fields.text("name", true)};
  const auto kind = fields.text("kind", true);
  using Kind = Slot::Kind;
  const std::map<std::string, Kind> kinds = {{"time", Kind::kTime},
                                             {"number", Kind::kNumber},
                                             {"yes_no", Kind::kYesNo},
                                             {"text", Kind::kText},
                                             {"pattern", Kind::kPattern}};
  const auto found = kinds.find(kind);
  if (found == kinds.end()) fields.wrong("kind", "must be one of time, number, yes_no, text, pattern");
  slot.kind = found == kinds.end() ? Kind::kText : found->second;
  slot.prompt = fields.text("prompt");
  for (const auto& [value, pattern] : fields.values("patterns")) {
    if (!pattern.is_string()) {
      fields.wrong("patterns." + value, "must be a pattern");
      continue;
    }
    fields.add_pattern(pattern.get<std::string>(), "patterns." + value, slot.patterns);
    slot.values.push_back(value);
  }
  if (slot.kind == Kind::kPattern && slot.patterns.empty())
    fields.wrong("patterns", "is missing: {\"value\": \"pattern\"}");
  slot.expected = fields.text("expected");
  const auto expected = fields.clock("expected");
  slot.near = fields.clock("near").value_or(expected.value_or(slot.near));
  slot.when = fields.values("when");
  return slot;
}

Ask read_ask(Fields fields) {
  fields.only({"question", "choices", "into", "answered", "unanswered"});
  return {.question = fields.text("question", true),
          .choices = fields.texts("choices"),
          .into = fields.text("into", true),
          .answered = fields.text("answered", true),
          .unanswered = fields.text("unanswered", true)};
}

Intent read_intent(Fields fields) {
  fields.only({"name", "any", "unless", "needs", "when", "set", "say", "ask", "end"});
  Intent intent{.name = fields.text("name", true),
                .any = fields.patterns("any"),
                .unless = fields.patterns("unless"),
                .needs = fields.texts("needs"),
                .when = fields.values("when"),
                .set = fields.values("set"),
                .say = fields.texts("say"),
                .end = fields.flag("end")};
  for (const auto& need : intent.needs) {
    if (std::ranges::find(kNeeds, need) == kNeeds.end())
      fields.wrong("needs", "may have time, new_time, number, yes, no");
  }
  fields.object("ask", [&](Fields ask) { intent.ask = read_ask(std::move(ask)); });
  if (intent.say.empty() && !intent.ask) fields.wrong("say", "is missing: an intent is answered with words");
  return intent;
}

}  // namespace

Result<Dialogue> parse_dialogue(std::string_view json, const std::string& file) {
  if (json.size() > kMostBytes) return fail(Errc::kInvalidArgument, file + ": a dialogue may have 1 MiB at most");
  const auto parsed = parse_json(json);
  if (!parsed)
    return fail(parsed.error().code,
                fmt::format("{}{}: {}", file, line_of(json, parsed.error().what), parsed.error().what));
  std::optional<Error> error;
  Fields fields(*parsed, "", error);
  fields.only({"name", "for", "facts", "opening", "slots", "intents", "fallback", "give_up", "instruction", "closing",
               "met", "summary"});
  Dialogue dialogue{.name = fields.text("name", true),
                    .objectives = fields.patterns("for"),
                    .facts = fields.values("facts"),
                    .opening = fields.text("opening", true)};
  const auto each = [&](const char* name, auto read) {
    if (const Json* list = fields.list(name)) {
      for (std::size_t i = 0; i < list->size(); ++i) read(Fields((*list)[i], fmt::format("{}[{}]", name, i), error));
    }
  };
  each("slots", [&](Fields slot) { dialogue.slots.push_back(read_slot(std::move(slot))); });
  each("intents", [&](Fields intent) { dialogue.intents.push_back(read_intent(std::move(intent))); });
  each("summary", [&](Fields line) {
    line.only({"when", "text"});
    dialogue.summary.push_back({line.values("when"), line.text("text", true)});
  });
  dialogue.fallback = fields.texts("fallback");
  dialogue.give_up = fields.text("give_up", true);
  dialogue.instruction = fields.text("instruction");
  if (dialogue.instruction.empty()) dialogue.instruction = "One more thing: {instruction}";
  dialogue.closing = fields.text("closing");
  dialogue.met = fields.values("met");
  const auto has_prompt = [](const Slot& slot) { return !slot.prompt.empty(); };
  if (dialogue.closing.empty() && std::ranges::any_of(dialogue.slots, has_prompt)) {
    fields.wrong("closing", "is missing: what to say once every slot is known");
  }
  if (error) return fail(error->code, fmt::format("{}: {}", file, error->what));
  return dialogue;
}

Result<Dialogue> load_dialogue(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (!in || !text) return fail(Errc::kNotFound, fmt::format("cannot read the dialogue {}", file.string()));
  return parse_dialogue(text.str(), file.string());
}

Result<std::vector<Dialogue>> load_dialogues(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code failed;
  for (std::filesystem::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
    if (it->path().extension() == ".json") files.push_back(it->path());
  }
  if (files.empty()) return fail(Errc::kNotFound, fmt::format("no dialogue (*.json) in {}", folder.string()));
  std::ranges::sort(files);
  std::vector<Dialogue> special, general;
  for (const auto& file : files) {
    auto dialogue = load_dialogue(file);
    if (!dialogue) return pass(dialogue);
    (dialogue->objectives.empty() ? general : special).push_back(std::move(*dialogue));
  }
  for (auto& dialogue : general) special.push_back(std::move(dialogue));
  return special;
}

}  // namespace call_agent::providers::scripted
