#include "agent/phrases.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

namespace call_agent::agent {
namespace {

using Words = std::vector<std::string_view>;

constexpr std::size_t kLongestBackchannel = 5;  // Words. Longer is somebody taking the turn.
constexpr std::size_t kBrief = 2;
constexpr std::size_t kLongestShortAnswer = 4;
constexpr std::size_t kLongestFarewell = 12;

constexpr std::array kBackchannels = std::to_array<std::string_view>({
    "yeah",       "yes",       "yep",  "yup",   "ya",     "ok",     "okay",   "k",         "kay",       "mm",
    "mmm",        "hm",        "hmm",  "mhm",   "mmhm",   "mmhmm",  "mm hm",  "mm hmm",    "m hm",      "uh huh",
    "uhhuh",      "uh hu",     "aha",  "ah",    "oh",     "right",  "sure",   "alright",   "all right", "great",
    "good",       "cool",      "nice", "i see", "got it", "gotcha", "fine",   "exactly",   "indeed",    "perfect",
    "understood", "of course", "uh",   "um",    "er",     "erm",    "thanks", "thank you",
});
constexpr std::array kShortAnswers = std::to_array<std::string_view>({
    "yes",
    "yeah",
    "yep",
    "yup",
    "yes please",
    "no",
    "nope",
    "nah",
    "no thanks",
    "no thank you",
    "ok",
    "okay",
    "sure",
    "correct",
    "right",
    "thats right",
    "that is right",
    "thats correct",
    "that is correct",
    "alright",
    "all right",
    "of course",
    "exactly",
    "fine",
    "thats fine",
    "perfect",
    "great",
    "certainly",
    "absolutely",
    "definitely",
    "mm hm",
    "mhm",
    "uh huh",
    "hello",
    "not at all",
    "i do",
    "it is",
    "we do",
    "we are",
    "speaking",
    "maybe",
    "thank you",
    "thanks",
    "bye",
    "goodbye",
});
constexpr std::array kGreetings = std::to_array<std::string_view>({
    "hello",
    "hallo",
    "hi",
    "hey",
    "good morning",
    "good afternoon",
    "good evening",
    "good day",
    "how can i help",
    "how may i help",
    "what can i do for you",
    "speaking",
});
constexpr std::array kObjections =
    std::to_array<std::string_view>({"wait", "stop", "no", "not", "who", "what is", "whats", "closed"});
constexpr std::array kFarewells =
    std::to_array<std::string_view>({"bye", "goodbye", "good bye", "cheerio", "see you", "farewell"});
constexpr std::array kThanks = std::to_array<std::string_view>({
    "thanks",
    "thank you",
    "you too",
    "welcome",
    "no problem",
    "have a",
    "take care",
    "my pleasure",
    "cheers",
});
constexpr std::array kPatience = std::to_array<std::string_view>({
    "hold on",      "hang on",         "hold the line",      "one moment",   "one second",  "one sec",
    "one minute",   "a moment",        "a second",           "a sec",        "a minute",    "let me check",
    "let me see",   "let me look",     "let me have a look", "bear with me", "please hold", "ill check",
    "i will check", "ill have a look", "please wait",        "just wait",
});
constexpr std::array kHanging = std::to_array<std::string_view>({
    "and", "but",  "or",  "so", "because", "cause", "the",      "a",       "an",   "to",   "of",
    "for", "with", "um",  "uh", "er",      "erm",   "if",       "then",    "my",   "your", "our",
    "its", "is",   "are", "at", "like",    "well",  "maybe at", "between", "from",
});

Words split(std::string_view normal) {
  Words words;
  while (!normal.empty()) {
    const auto space = normal.find(' ');
    words.push_back(normal.substr(0, space));
    normal.remove_prefix(space == std::string_view::npos ? normal.size() : space + 1);
  }
  return words;
}

bool contains_phrase(std::string_view normal, std::string_view phrase) {
  for (auto at = normal.find(phrase); at != std::string_view::npos; at = normal.find(phrase, at + 1)) {
    const auto after = at + phrase.size();
    if ((at == 0 || normal[at - 1] == ' ') && (after == normal.size() || normal[after] == ' ')) return true;
  }
  return false;
}

bool starts_with_phrase(std::string_view normal, std::string_view phrase) {
  return normal.starts_with(phrase) && (normal.size() == phrase.size() || normal[phrase.size()] == ' ');
}

bool any_of(std::span<const std::string_view> phrases, std::string_view normal,
            bool (*test)(std::string_view, std::string_view)) {
  return std::ranges::any_of(phrases, [&](std::string_view phrase) { return test(normal, phrase); });
}

// Whether the whole of `normal` is a row of these phrases, the longest taken first.
bool consists_of(std::string_view normal, std::span<const std::string_view> phrases) {
  while (!normal.empty()) {
    std::string_view longest;
    for (const auto phrase : phrases) {
      if (phrase.size() > longest.size() && starts_with_phrase(normal, phrase)) longest = phrase;
    }
    if (longest.empty()) return false;
    normal.remove_prefix(std::min(normal.size(), longest.size() + 1));
  }
  return true;
}

}  // namespace

bool is_question(std::string_view text) {
  const auto last = text.find_last_not_of(" \t\r\n\"'");
  return last != std::string_view::npos && text[last] == '?';
}

std::string normalize_words(std::string_view text) {
  std::string normal;
  int brackets = 0;
  bool gap = false;
  for (const char c : text) {
    if (c == '[' || c == '(' || c == '*') {
      // Asterisks open and close alike: *coughs*.
      brackets = c == '*' && brackets > 0 ? brackets - 1 : brackets + 1;
      gap = true;
      continue;
    }
    if (c == ']' || c == ')') {
      brackets = std::max(0, brackets - 1);
      continue;
    }
    if (brackets > 0 || c == '\'') continue;
    const auto byte = static_cast<unsigned char>(c);
    // Bytes of other alphabets count as letters; the typographic apostrophe (E2 80 99) does not.
    const bool letter =
        (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte >= 0x80;
    if (!letter) {
      gap = true;
      continue;
    }
    if (gap && !normal.empty()) normal += ' ';
    gap = false;
    normal += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : c;
    if (normal.ends_with("\xE2\x80\x99")) normal.resize(normal.size() - 3);
  }
  return normal;
}

bool is_noise(std::string_view text) {
  return normalize_words(text).empty();
}

bool is_backchannel(std::string_view text) {
  const auto normal = normalize_words(text);
  if (normal.empty() || is_question(text) || split(normal).size() > kLongestBackchannel) return false;
  return consists_of(normal, kBackchannels);
}

bool is_greeting(std::string_view text) {
  const auto normal = normalize_words(text);
  return any_of(kGreetings, normal, contains_phrase) && !any_of(kObjections, normal, contains_phrase);
}

bool is_farewell(std::string_view text) {
  const auto normal = normalize_words(text);
  if (normal.empty() || is_question(text) || split(normal).size() > kLongestFarewell) return false;
  if (contains_phrase(normal, "wait") || contains_phrase(normal, "but")) return false;
  return any_of(kFarewells, normal, contains_phrase) || any_of(kThanks, normal, contains_phrase) ||
         consists_of(normal, kBackchannels);
}

bool is_short_answer(std::string_view text) {
  const auto normal = normalize_words(text);
  return !normal.empty() && split(normal).size() <= kLongestShortAnswer && consists_of(normal, kShortAnswers);
}

bool is_brief(std::string_view text) {
  return !is_question(text) && split(normalize_words(text)).size() <= kBrief;
}

bool asks_for_patience(std::string_view text) {
  return any_of(kPatience, normalize_words(text), contains_phrase);
}

bool is_hanging(std::string_view text) {
  const auto last = text.find_last_not_of(" \t\r\n\"'");
  if (last == std::string_view::npos) return false;
  if (text[last] == ',' || text.substr(0, last + 1).ends_with("...")) return true;
  if (text[last] == '?' || text[last] == '!') return false;
  const auto normal = normalize_words(text);
  const auto words = split(normal);
  return !words.empty() && std::ranges::find(kHanging, words.back()) != kHanging.end();
}

}  // namespace call_agent::agent
