#include "providers/scripted/heard.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "providers/scripted/word_pattern.h"

namespace call_agent::providers::scripted {
namespace {

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
constexpr std::array kNoThatIsYes = std::to_array<std::string_view>({"no problem"});

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

}  // namespace

void understand(Heard& heard) {
  heard.words = words_of(heard.text);
  heard.number = find_number(heard.text);
  for (const auto clause : clauses_of(heard.text)) {
    auto times = find_times(clause);
    std::erase_if(times, [clause](const SpokenTime& one) { return !on_offer(clause, one); });
    // A bare number is a time only where no real one is said.
    const bool real = std::ranges::any_of(times, [](const SpokenTime& one) { return !one.bare; });
    for (const auto& one : times) {
      if (!one.bare || (!real && (!heard.time || heard.time->bare))) heard.time = one;
    }
  }
  heard.no = has_words(heard.words, kNo);
  heard.yes = has_words(heard.words, kYes) && (!heard.no || has_words(heard.words, kNoThatIsYes));
}

}  // namespace call_agent::providers::scripted
