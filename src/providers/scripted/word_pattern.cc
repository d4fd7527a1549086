#include "providers/scripted/word_pattern.h"

#include <fmt/format.h>

#include "agent/phrases.h"

namespace call_agent::providers::scripted {
namespace {

constexpr std::size_t kMostWords = 32;

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  const auto normal = agent::normalize_words(text);
  std::vector<std::string> words;
  for (std::size_t at = 0; at < normal.size();) {
    const auto end = std::min(normal.find(' ', at), normal.size());
    words.push_back(normal.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

Result<WordPattern> WordPattern::parse(std::string_view text) {
  WordPattern pattern;
  if (text.starts_with('^')) {
    pattern.from_start_ = true;
    text.remove_prefix(1);
  }
  if (text.ends_with('$')) {
    pattern.to_end_ = true;
    text.remove_suffix(1);
  }
  std::size_t count = 0;
  pattern.runs_.emplace_back();
  while (!text.empty()) {
    const auto space = text.find(' ');
    auto token = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    if (token == "*") {
      if (!pattern.runs_.back().empty()) pattern.runs_.emplace_back();
      continue;
    }
    const bool prefix = token.ends_with('*');
    if (prefix) token.remove_suffix(1);
    const auto words = words_of(token);
    for (std::size_t i = 0; i < words.size(); ++i) {
      pattern.runs_.back().push_back({words[i], prefix && i + 1 == words.size()});
      ++count;
    }
  }
  if (pattern.runs_.back().empty()) pattern.runs_.pop_back();
  if (count == 0) return fail(Errc::kInvalidArgument, "a pattern needs at least one word");
  if (count > kMostWords)
    return fail(Errc::kInvalidArgument, fmt::format("a pattern may have {} words at most", kMostWords));
  return pattern;
}

bool WordPattern::matches_at(const Run& run, const std::vector<std::string>& words, std::size_t at) const {
  if (at + run.size() > words.size()) return false;
  for (std::size_t i = 0; i < run.size(); ++i) {
    const auto& word = words[at + i];
    if (run[i].prefix ? !word.starts_with(run[i].word) : word != run[i].word) return false;
  }
  return true;
}

// The earliest place for each run is always good enough, except that the last may be bound to the end.
bool WordPattern::matches(const std::vector<std::string>& words) const {
  std::size_t from = 0;
  for (std::size_t r = 0; r < runs_.size(); ++r) {
    const auto& run = runs_[r];
    if (run.size() > words.size()) return false;
    const bool first = r == 0 && from_start_, last = r + 1 == runs_.size() && to_end_;
    std::size_t at = last ? words.size() - run.size() : from;
    const std::size_t latest = first ? 0 : words.size() - run.size();
    if (at < from || (first && at != 0)) return false;
    while (at <= latest && !matches_at(run, words, at)) ++at;
    if (at > latest) return false;
    from = at + run.size();
  }
  return true;
}

}  // namespace call_agent::providers::scripted
