#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/result.h"
#include "providers/scripted/word_pattern.h"

namespace call_agent::providers::scripted {

/// Conditions on what is known: a value it must have, null for "not known", "*" for "known".
using Conditions = std::map<std::string, Json>;

/// Something to find out, asked for by its prompt when no intent matches what was said.
struct Slot {
  enum class Kind { kTime, kNumber, kYesNo, kText, kPattern };
  std::string name;
  Kind kind = Kind::kText;
  std::string prompt;                 ///< May be empty: never asked for by itself.
  std::vector<WordPattern> patterns;  ///< Of kPattern: the words that make the value, as said.
  std::vector<std::string> values;    ///< Of kPattern: the value each pattern stands for.
  int near = 12 * 60;                 ///< Of kTime: "eight" is the one nearest to it. Minutes.
  std::string expected;               ///< Of kTime: what was asked for, "20:00"; another is news.
  Conditions when;                    ///< Asked for only then.
};

/// What only the principal can say: asked while the callee waits.
struct Ask {
  std::string question;
  std::vector<std::string> choices;
  std::string into;        ///< The name under which the answer is known, and never an answer of the callee.
  std::string answered;    ///< Said then.
  std::string unanswered;  ///< Said if no answer comes.
};

/// What the callee may say, and what it is answered with.
struct Intent {
  std::string name;
  std::vector<WordPattern> any;     ///< One must match; none means that anything does.
  std::vector<WordPattern> unless;  ///< None may match.
  std::vector<std::string> needs;   ///< "time", "new_time", "number", "yes", "no": must have been said.
  Conditions when;
  std::map<std::string, Json> set;  ///< "$time", "$number", "$yes_no", "$text", or a literal.
  std::vector<std::string> say;  ///< The first time, the second …; the last from then on. With `ask` there may be none.
  std::optional<Ask> ask;
  bool end = false;  ///< Say goodbye with it and hang up; with `ask`, once that is settled.
};

struct SummaryLine {
  Conditions when;
  std::string text;
};

/// A conversation written down beforehand. In every text `{name}` stands for what is known under that name (a time is
/// spoken as words), `{name:raw}` for the same as it is, `{objective}` for the call's, `{last}` for what was said
/// before.
struct Dialogue {
  std::string name;
  std::vector<WordPattern> objectives;  ///< The calls it is for; none means any call.
  std::map<std::string, Json> facts;    ///< Known from the start, and never an answer.
  std::string opening;
  std::vector<Slot> slots;
  std::vector<Intent> intents;        ///< The first that fits is taken.
  std::vector<std::string> fallback;  ///< When nothing fits: the first time, the second …
  std::string give_up;                ///< After the last of these, and hang up.
  std::string instruction;            ///< How an instruction is passed on, as {instruction}.
  std::string closing;                ///< When every slot with a prompt is known, and hang up.
  Conditions met;                     ///< When the objective counts as met.
  std::vector<SummaryLine> summary;   ///< The first that fits.
};

/// Errors: kInvalidArgument naming the file, and the line (JSON) or the field ("intents[2].say").
Result<Dialogue> parse_dialogue(std::string_view json, const std::string& file);
Result<Dialogue> load_dialogue(const std::filesystem::path& file);
/// Every *.json of a folder, by name, those for any call last. Errors: kNotFound if there is none; as above.
Result<std::vector<Dialogue>> load_dialogues(const std::filesystem::path& folder);

}  // namespace call_agent::providers::scripted
