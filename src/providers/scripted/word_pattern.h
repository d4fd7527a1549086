#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace call_agent::providers::scripted {

/// What a dialogue file looks for in somebody's words: words in a row, in any case and punctuation.
///
///     how many         these two words, anywhere
///     would * work     with any words, or none, between
///     reserv*          a word that begins so
///     ^yes   today$    at the very start, at the very end
///
/// Matching takes time proportional to the text and the pattern; there is no pattern that explodes.
class WordPattern {
 public:
  /// Errors: kInvalidArgument if it has no word, or more than 32.
  static Result<WordPattern> parse(std::string_view pattern);

  /// `words`: normalised text, as agent::normalize_words() gives it.
  bool matches(const std::vector<std::string>& words) const;

 private:
  struct Part {
    std::string word;
    bool prefix = false;
  };
  using Run = std::vector<Part>;  // Words in a row; between runs anything may stand.
  bool matches_at(const Run& run, const std::vector<std::string>& words, std::size_t at) const;

  std::vector<Run> runs_;
  bool from_start_ = false;
  bool to_end_ = false;
};

std::vector<std::string> words_of(std::string_view text);

}  // namespace call_agent::providers::scripted
