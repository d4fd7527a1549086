#include "providers/local/spoken_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace call_agent::providers::local {
namespace {

constexpr std::size_t kLongestWord = 40;  // Longer is no word: an engine's own buffers are not to be trusted with it.

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_word(char c) {
  return is_digit(c) || is_letter(c) || c == '\'';
}

/// The next code point; U+FFFD for a byte that is not UTF-8.
char32_t next_code_point(std::string_view& rest) {
  const auto first = static_cast<unsigned char>(rest.front());
  rest.remove_prefix(1);
  if (first < 0x80) return first;
  const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
  if (more == 0 || rest.size() < more) return 0xFFFD;
  char32_t code = first & (0x3FU >> more);
  for (std::size_t i = 0; i < more; ++i) {
    const auto byte = static_cast<unsigned char>(rest[i]);
    if ((byte & 0xC0U) != 0x80U) return 0xFFFD;
    code = (code << 6U) | (byte & 0x3FU);
  }
  rest.remove_prefix(more);
  return code;
}

/// U+00C0 to U+017F without their accents.
constexpr std::string_view kLatin =
    "AAAAAAACEEEEIIIIDNOOOOO OUUUUYTsaaaaaaaceeeeiiiidnooooo ouuuuytyAaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGg"
    "GgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

std::string_view ascii_of(char32_t code) {
  if (code >= 0xC0 && code < 0xC0 + kLatin.size()) return kLatin.substr(code - 0xC0, 1);
  static constexpr std::array<std::pair<char32_t, std::string_view>, 24> kSigns{{
      {0xA0, " "},          {0xA2, " cents "}, {0xA3, "\x01"},  {0xA5, " yen "},     {0xA7, " section "},
      {0xB0, " degrees "},  {0xBC, " 1/4 "},   {0xBD, " 1/2 "}, {0xBE, " 3/4 "},     {0x2010, "-"},
      {0x2011, "-"},        {0x2012, ", "},    {0x2013, ", "},  {0x2014, ", "},      {0x2018, "'"},
      {0x2019, "'"},        {0x201C, " "},     {0x201D, " "},   {0x2026, ". "},      {0x20AC, "\x02"},
      {0x2116, " number "}, {0x2122, " "},     {0x202F, " "},   {0x2212, " minus "},
  }};
  for (const auto& [sign, words] : kSigns) {
    if (sign == code) return words;
  }
  return {};
}

constexpr char kPound = 1;  // Stand-ins within to_ascii()'s output, until the amount that follows is known.
constexpr char kEuro = 2;

std::string to_ascii(std::string_view utf8) {
  std::string ascii;
  ascii.reserve(utf8.size());
  while (!utf8.empty()) {
    const char32_t code = next_code_point(utf8);
    if (code >= 0x80) {
      ascii += ascii_of(code);
    } else if (code < 0x20 || code == 0x7F) {
      ascii += ' ';
    } else {
      ascii += static_cast<char>(code);
    }
  }
  return ascii;
}

/// Writes words with single spaces between them, and no word too long.
class Writer {
 public:
  void put(char c) {
    if (c == ' ') {
      if (!out_.empty() && out_.back() != ' ') out_ += ' ';
      word_ = 0;
      return;
    }
    if (++word_ > kLongestWord) {
      out_ += ' ';
      word_ = 1;
    }
    out_ += c;
  }
  void put(std::string_view text) {
    for (const char c : text) put(c);
  }
  std::string take() {
    while (out_.ends_with(' ')) out_.pop_back();
    return std::move(out_);
  }

 private:
  std::string out_;
  std::size_t word_ = 0;
};

/// Speaks one ASCII text, sign by sign.
class Speller {
 public:
  explicit Speller(std::string text) : text_(std::move(text)) {}

  std::string spell() {
    while (at_ < text_.size()) {
      if (text_[at_] == kPound || text_[at_] == kEuro) {
        currency();
      } else if (is_numero()) {
        out_.put("number");
        at_ += 3;
      } else {
        one(text_[at_]);
        ++at_;
      }
    }
    return out_.take();
  }

 private:
  char before(std::size_t back = 1) const { return at_ >= back ? text_[at_ - back] : ' '; }
  char after(std::size_t ahead = 1) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : ' '; }

  /// "No. 5" is a number, not a refusal.
  bool is_numero() const {
    return (text_[at_] == 'N' || text_[at_] == 'n') && !is_word(before()) && after() == 'o' && after(2) == '.' &&
           after(3) == ' ' && is_digit(after(4));
  }

  void currency() {
    out_.put(' ');
    const std::string_view unit = text_[at_] == kPound ? " pounds " : " euros ";
    const std::size_t start = ++at_;
    while (at_ < text_.size() && (is_digit(text_[at_]) || (text_[at_] == ',' && is_digit(after())))) ++at_;
    out_.put(std::string_view(text_).substr(start, at_ - start));
    out_.put(unit);
    if (at_ < text_.size() && text_[at_] == '.' && is_digit(after()) && is_digit(after(2)) && !is_digit(after(3))) {
      out_.put(std::string_view(text_).substr(at_ + 1, 2));
      out_.put(' ');
      at_ += 3;
    }
  }

  void one(char c) {
    switch (c) {
      case '&':
        return out_.put(" and ");
      case '@':
        return out_.put(" at ");
      case '=':
        return out_.put(" equals ");
      case '+':
        return out_.put(is_word(after()) ? " plus " : " ");
      case '#':
        return out_.put(is_digit(after()) ? " number " : " ");
      case '.':
        return dot();
      case '/':
        return out_.put(is_fraction() ? '/' : ' ');
      case '(':
        return out_.put(' ');
      case ')':
        return out_.put(is_word(before()) && after() == ' ' ? ", " : " ");
      case '-':
        return out_.put(is_word(before()) && is_word(after()) ? "-" : after() == ' ' && before() == ' ' ? ", " : " ");
      case ':':
        return out_.put(is_digit(before()) && is_digit(after()) ? ":" : after() == ' ' ? "," : " ");
      case '$':
        return out_.put(is_digit(after()) ? "$" : " dollars ");
      case '%':
        return out_.put(is_digit(before()) ? "%" : " percent ");
      case ',':
      case ';':
      case '!':
      case '?':
        return punctuation(c);
      case '\'':
        return out_.put(is_letter(before()) && is_letter(after()) ? "'" : " ");
      default:
        return out_.put(is_word(c) ? c : ' ');
    }
  }

  /// Of several marks the first is enough.
  void punctuation(char c) {
    if (std::string_view(",;!?").find(before()) == std::string_view::npos) out_.put(c);
  }

  void dot() {
    if (is_letter(before()) && is_letter(before(2)) && is_letter(after()) && is_letter(after(2))) {
      return out_.put(" dot ");
    }
    if (before() != '.') out_.put('.');
  }

  /// "1/2", but neither "3/5/2024" nor "and/or".
  bool is_fraction() const {
    return is_digit(before()) && is_digit(after()) && !is_digit(before(2)) && !is_digit(after(2)) && before(2) != '/' &&
           after(2) != '/';
  }

  std::string text_;
  std::size_t at_ = 0;
  Writer out_;
};

}  // namespace

std::string spoken_text(std::string_view utf8) {
  return Speller(to_ascii(utf8)).spell();
}

std::vector<std::string> split_spoken(std::string_view text, std::size_t most) {
  std::vector<std::string> parts;
  while (text.size() > most) {
    const auto window = text.substr(0, most);
    std::size_t end = std::string_view::npos;
    for (const std::string_view stops : {".?!", ",;:"}) {
      for (std::size_t at = window.size() - 1; at-- > most / 4 && end == std::string_view::npos;) {
        if (stops.find(window[at]) != std::string_view::npos && window[at + 1] == ' ') end = at + 1;
      }
      if (end != std::string_view::npos) break;
    }
    if (end == std::string_view::npos) end = window.find_last_of(' ');
    if (end == std::string_view::npos || end == 0) end = most;
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  if (!text.empty()) parts.emplace_back(text);
  return parts;
}

}  // namespace call_agent::providers::local
