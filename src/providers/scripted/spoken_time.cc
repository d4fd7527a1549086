#include "providers/scripted/spoken_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace call_agent::providers::scripted {
namespace {

constexpr std::array kUnits = std::to_array<std::string_view>({
    "zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
    "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
});
constexpr std::array kTens =
    std::to_array<std::string_view>({"twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"});
// A number before one of these counts something else.
constexpr std::array kCounted = std::to_array<std::string_view>({
    "people", "persons", "person", "guests", "guest",  "of",       "minutes", "minute", "hours",
    "hour",   "days",    "day",    "euros",  "euro",   "dollars",  "dollar",  "pounds", "percent",
    "street", "seats",   "tables", "table",  "adults", "children", "kids",
});
constexpr int kNoon = 12 * 60;
constexpr int kDay = 24 * 60;

struct Word {
  std::string text;  // Lower case; "8:30" is one word, "p.m." is "pm".
  std::size_t begin, end;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

// What a transcription makes of "half past eight": "have passed ate".
void mend(std::vector<Word>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto& word = words[i].text;
    if (word == "ate") word = "eight";
    const bool past = word == "past" || word == "passed" || word == "pass";
    if (!past || i == 0) continue;
    auto& before = words[i - 1].text;
    if (before == "have" || before == "hall" || before == "halfs") before = "half";
    if (before == "half" || before == "quarter" || parse_number(before)) word = "past";
  }
}

std::vector<Word> tokens_of(std::string_view text) {
  std::vector<Word> words;
  std::size_t i = 0;
  while (i < text.size()) {
    if (!is_digit(text[i]) && !is_letter(text[i])) {
      ++i;
      continue;
    }
    Word word{"", i, i};
    const bool number = is_digit(text[i]);
    for (; i < text.size(); ++i) {
      const char c = text[i];
      const bool mark_in_number = number && (c == ':' || c == '.') && i + 1 < text.size() && is_digit(text[i + 1]);
      if (number ? is_digit(c) || mark_in_number : is_letter(c)) {
        word.text += c == '.' ? ':' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      } else if (number || c != '\'') {
        break;
      }
    }
    // "p.m.", "p m"
    if (word.text == "a" || word.text == "p") {
      std::size_t m = i;
      while (m < text.size() && (text[m] == '.' || text[m] == ' ')) ++m;
      const bool alone = m + 1 >= text.size() || !is_letter(text[m + 1]);
      if (m < text.size() && m - i <= 2 && (text[m] == 'm' || text[m] == 'M') && alone) {
        word.text += 'm';
        i = m + 1;
      }
    }
    word.end = i;
    words.push_back(std::move(word));
  }
  mend(words);
  return words;
}

std::optional<int> digits(std::string_view text) {
  if (text.empty() || text.size() > 4 || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  int value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  return value;
}

// Reads times at a position of a row of words.
class Reader {
 public:
  explicit Reader(const std::vector<Word>& words) : words_(words) {}

  std::optional<SpokenTime> read(std::size_t& at) {
    next_ = at;
    auto time = clock_words();
    if (!time) return std::nullopt;
    half_of_day(*time);
    time->begin = words_[at].begin;
    time->end = words_[next_ - 1].end;
    if (time->bare && !may_be_bare(at)) return std::nullopt;
    at = next_;
    return time;
  }

  // A number of one or two words; moves on past it.
  std::optional<int> number() {
    const auto first = parse_number(word());
    if (!first) return std::nullopt;
    const bool tens = !is_digit(word()[0]) && *first >= 20 && *first % 10 == 0;
    ++next_;
    if (!tens) return first;
    const auto second = is_letter(word()[0]) ? parse_number(word()) : std::nullopt;
    if (!second || *second == 0 || *second > 9) return first;
    ++next_;
    return *first + *second;
  }
  std::size_t next() const { return next_; }
  void seek(std::size_t at) { next_ = at; }

 private:
  std::string_view word(std::size_t ahead = 0) const {
    return next_ + ahead < words_.size() ? std::string_view(words_[next_ + ahead].text) : std::string_view(" ");
  }
  bool take(std::string_view expected) {
    if (word() != expected) return false;
    ++next_;
    return true;
  }

  static SpokenTime at_hour(int hour, int minute) {
    const bool certain = hour > 12 || hour == 0;
    return {.minutes = (hour % (certain ? 24 : 12)) * 60 + minute, .certain = certain};
  }

  std::optional<int> hour() {
    const auto value = parse_number(word());
    if (!value || *value > 23 || *value == 0) return std::nullopt;
    ++next_;
    return value;
  }

  // "past eight", "to seven": minutes before or after an hour.
  std::optional<SpokenTime> relative(int minutes) {
    // "passed" is what speech recognition makes of "past".
    const bool after = word() == "past" || word() == "passed" || word() == "after";
    const bool before = word() == "to" || word() == "before" || word() == "of" || word() == "till";
    if (!after && !before) return std::nullopt;
    ++next_;
    const auto base = hour();
    if (!base) return std::nullopt;
    auto time = at_hour(*base, 0);
    const int range = time.certain ? kDay : kNoon;
    time.minutes = (time.minutes + (after ? minutes : -minutes) + range) % range;
    take("oclock");
    return time;
  }

  std::optional<SpokenTime> clock_words() {
    const std::size_t start = next_;
    if (take("noon") || take("midday")) return SpokenTime{.minutes = kNoon, .certain = true};
    if (take("midnight")) return SpokenTime{.minutes = 0, .certain = true};
    if (take("half")) {
      if (auto time = relative(30)) return time;
      next_ = start + 1;
      const auto base = hour();
      return base ? std::optional(at_hour(*base, 30)) : std::nullopt;
    }
    // So is "have past eight" of "half past eight"; "have" alone is not a time.
    if (take("have") || take("has") || take("hath")) {
      if (word() == "past" || word() == "passed") return relative(30);
      next_ = start;
    }
    if (take("quarter")) return relative(15);
    if (const auto time = digital()) return time;
    if (const auto count = number(); count && *count > 0 && *count < 60) {
      take("minutes");
      if (auto time = relative(*count)) return time;
    }
    next_ = start;
    const auto base = hour();
    if (!base) return std::nullopt;
    if (take("oclock")) return at_hour(*base, 0);
    if (word() == "o" && word(1) == "clock") {
      next_ += 2;
      return at_hour(*base, 0);
    }
    return with_minutes(*base);
  }

  // "eight thirty", "eight oh five", "eight".
  std::optional<SpokenTime> with_minutes(int base) {
    const std::size_t after_hour = next_;
    if (take("oh") || take("o")) {
      if (const auto minute = number(); minute && *minute < 10) return at_hour(base, *minute);
    }
    next_ = after_hour;
    if (const auto minute = number(); minute && *minute >= 10 && *minute < 60) return at_hour(base, *minute);
    next_ = after_hour;
    auto time = at_hour(base, 0);
    time.bare = true;
    return time;
  }

  // "8:30", "20:30", "830".
  std::optional<SpokenTime> digital() {
    const auto text = word();
    const auto colon = text.find(':');
    if (colon != std::string_view::npos) {
      const auto hours = digits(text.substr(0, colon)), minutes = digits(text.substr(colon + 1));
      if (!hours || !minutes || *hours > 23 || *minutes > 59 || text.size() - colon != 3) return std::nullopt;
      ++next_;
      return at_hour(*hours, *minutes);
    }
    const auto value = text.size() >= 3 ? digits(text) : std::nullopt;
    if (!value || *value / 100 > 23 || *value / 100 == 0 || *value % 100 > 59 || *value % 5 != 0) return std::nullopt;
    ++next_;
    return at_hour(*value / 100, *value % 100);
  }

  void half_of_day(SpokenTime& time) {
    const std::size_t start = next_;
    std::optional<bool> afternoon;
    if (take("am")) {
      afternoon = false;
    } else if (take("pm") || take("tonight")) {
      afternoon = true;
    } else {
      if (take("in")) take("the");
      if (take("at") && word() == "night") afternoon = true;
      if (word() == "morning") afternoon = false;
      if (word() == "afternoon" || word() == "evening") afternoon = true;
      if (afternoon) ++next_;
    }
    if (!afternoon) {
      next_ = start;
      return;
    }
    time.bare = false;
    if (time.certain) return;
    time.certain = true;
    if (*afternoon) time.minutes += kNoon;
  }

  bool may_be_bare(std::size_t at) const {
    if (std::ranges::find(kCounted, word()) != kCounted.end()) return false;
    const auto before = [&](std::size_t back) { return at >= back ? std::string_view(words_[at - back].text) : ""; };
    if (before(1) == "for" && (before(2) == "table" || before(2) == "tables")) return false;
    if (before(1) == "of" && before(2) == "party") return false;
    if (before(1) == "under" || before(1) == "named") return false;  // A name that was heard as a number.
    // "one" is seldom a time: "that one", "one moment".
    return words_[at].text != "one" || before(1) == "at";
  }

  const std::vector<Word>& words_;
  std::size_t next_ = 0;
};

}  // namespace

std::optional<int> parse_number(std::string_view word) {
  if (const auto value = digits(word)) return *value < 100 ? value : std::nullopt;
  if (const auto unit = std::ranges::find(kUnits, word); unit != kUnits.end())
    return static_cast<int>(unit - kUnits.begin());
  if (const auto tens = std::ranges::find(kTens, word); tens != kTens.end())
    return static_cast<int>(tens - kTens.begin() + 2) * 10;
  return std::nullopt;
}

std::vector<SpokenTime> find_times(std::string_view text) {
  const auto words = tokens_of(text);
  Reader reader(words);
  std::vector<SpokenTime> times;
  for (std::size_t at = 0; at < words.size();) {
    if (auto time = reader.read(at)) {
      times.push_back(*time);
    } else {
      ++at;
    }
  }
  return times;
}

std::optional<int> find_number(std::string_view text) {
  auto times = find_times(text);
  std::erase_if(times, &SpokenTime::bare);
  const auto words = tokens_of(text);
  Reader reader(words);
  for (std::size_t at = 0; at < words.size(); ++at) {
    const auto inside = [&](const SpokenTime& time) {
      return words[at].begin >= time.begin && words[at].begin < time.end;
    };
    if (std::ranges::any_of(times, inside)) continue;
    reader.seek(at);
    if (const auto value = reader.number()) return value;
  }
  return std::nullopt;
}

int resolve(const SpokenTime& time, int near) {
  if (time.certain) return time.minutes;
  const auto distance = [near](int minutes) {
    const int apart = std::abs(minutes - near) % kDay;
    return std::min(apart, kDay - apart);
  };
  const int later = time.minutes + kNoon;
  return distance(later) <= distance(time.minutes) ? later : time.minutes;
}

std::string say_time(int minutes) {
  minutes = ((minutes % kDay) + kDay) % kDay;
  if (minutes == 0) return "midnight";
  if (minutes == kNoon) return "noon";
  const int past = minutes % 60;
  const auto hour_word = [](int hour) { return kUnits[static_cast<std::size_t>((hour + 11) % 12 + 1)]; };
  const auto hour = hour_word(minutes / 60), next = hour_word(minutes / 60 + 1);
  if (past == 0) return fmt::format("{} o'clock", hour);
  if (past == 15) return fmt::format("quarter past {}", hour);
  if (past == 30) return fmt::format("half past {}", hour);
  if (past == 45) return fmt::format("quarter to {}", next);
  if (past < 10) return fmt::format("{} oh {}", hour, kUnits[static_cast<std::size_t>(past)]);
  if (past < 20) return fmt::format("{} {}", hour, kUnits[static_cast<std::size_t>(past)]);
  const auto tens = kTens[static_cast<std::size_t>(past / 10 - 2)];
  if (past % 10 == 0) return fmt::format("{} {}", hour, tens);
  return fmt::format("{} {} {}", hour, tens, kUnits[static_cast<std::size_t>(past % 10)]);
}

std::string format_time(int minutes) {
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

std::optional<int> parse_clock(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hours = digits(text.substr(0, 2)), minutes = digits(text.substr(3));
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return *hours * 60 + *minutes;
}

}  // namespace call_agent::providers::scripted
