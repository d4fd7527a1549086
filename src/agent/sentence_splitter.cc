#include "agent/sentence_splitter.h"

#include <algorithm>
#include <array>
#include <optional>

namespace call_agent::agent {
namespace {

constexpr auto kNone = std::string_view::npos;

// After these a full stop ends nothing.
constexpr std::array kAbbreviations = std::to_array<std::string_view>({
    "dr", "mr", "mrs", "ms",  "prof", "st", "no",  "vs",  "e.g", "i.e", "etc", "approx", "ave", "rd", "dept", "fig",
    "jr", "sr", "tel", "ext", "apt",  "mt", "gen", "col", "sgt", "rev", "hon", "min",    "max", "hr", "hrs",
});
// After these it does if a capital follows: "at 8 p.m. tomorrow", "at 8 p.m. See you."
constexpr std::array kAmbiguous = std::to_array<std::string_view>({"a.m", "p.m", "inc", "ltd", "co", "u.s", "u.k"});

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_closing(char c) {
  return c == '"' || c == '\'' || c == ')' || c == ']';
}
bool is_terminator(char c) {
  return c == '.' || c == '!' || c == '?';
}
bool is_clause_mark(char c) {
  return c == ',' || c == ';' || c == ':';
}
bool is_markdown(char c) {
  return c == '*' || c == '#' || c == '`';
}
bool is_spoken(char c) {
  return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

// Whether the full stop at `stop` ends a sentence, given the first character after the white space that follows it.
bool stop_ends(std::string_view text, std::size_t stop, char next) {
  std::size_t begin = stop;
  while (begin > 0 && !is_space(text[begin - 1]) && text[begin - 1] != '(' && text[begin - 1] != '"') --begin;
  const auto word = text.substr(begin, stop - begin);
  if (word.empty()) return true;
  if (word.size() == 1 && is_upper(word[0]) && word[0] != 'I') return false;  // An initial: "J. Smith".
  const bool starts_text = text.find_first_not_of(" \t\r\n") == begin;
  if (starts_text && std::ranges::all_of(word, is_digit)) return false;  // A list: "1. First".
  const auto name = lower(word);
  if (std::ranges::find(kAbbreviations, name) != kAbbreviations.end()) {
    // "No." answers as often as it counts.
    return name == "no" ? !is_digit(next) : false;
  }
  if (std::ranges::find(kAmbiguous, name) != kAmbiguous.end()) return is_upper(next);
  return true;
}

// End of the first sentence in `text`, kNone while it is not certain.
std::size_t sentence_end(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') return i + 1;
    if (!is_terminator(text[i])) continue;
    std::size_t end = i + 1;
    while (end < text.size() && (is_terminator(text[end]) || is_closing(text[end]))) ++end;
    std::size_t next = end;
    while (next < text.size() && is_space(text[next])) ++next;
    if (next == text.size()) return kNone;
    if (next == end) continue;  // "3.5", "example.org"
    if (text[i] == '.' && end == i + 1 && !stop_ends(text, i, text[next])) continue;
    return end;
  }
  return kNone;
}

std::size_t clause_end(std::string_view text, std::size_t at_least) {
  for (std::size_t i = at_least; i + 1 < text.size(); ++i) {
    if (is_clause_mark(text[i]) && is_space(text[i + 1])) return i + 1;
  }
  return kNone;
}

// A place to cut at or before `most` that splits no word and no UTF-8 character, where there is one.
std::size_t forced_end(std::string_view text, std::size_t most) {
  const auto space = text.rfind(' ', most);
  if (space != kNone && space > most / 2) return space + 1;
  std::size_t end = most;
  while (end > most - 4 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return end;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace

std::vector<std::string> SentenceSplitter::push(std::string_view piece) {
  for (const char c : piece) {
    if (!is_markdown(c)) pending_ += c;
  }
  std::vector<std::string> out;
  cut(false, out);
  return out;
}

std::vector<std::string> SentenceSplitter::finish() {
  std::vector<std::string> out;
  cut(true, out);
  pending_.clear();
  first_ = true;
  return out;
}

void SentenceSplitter::cut(bool complete, std::vector<std::string>& out) {
  std::string_view rest = pending_;
  while (!rest.empty()) {
    std::size_t end = sentence_end(rest);
    const auto clause = clause_end(rest, first_ ? kFirstClause : kLongSentence);
    if (clause < end) end = clause;  // kNone is the largest.
    if (end == kNone && complete) end = rest.size();
    if (end == kNone && rest.size() <= kLongest) break;
    if (end > kLongest) end = forced_end(rest, kLongest);
    auto sentence = trimmed(rest.substr(0, end));
    rest.remove_prefix(end);
    if (std::ranges::none_of(sentence, is_spoken)) continue;
    first_ = false;
    out.push_back(std::move(sentence));
  }
  pending_.erase(0, pending_.size() - rest.size());
}

}  // namespace call_agent::agent
