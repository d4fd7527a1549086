#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

/// The words of a Moonshine model: tokens in, text out. Pure.
namespace call_agent::providers::local {

inline constexpr std::int64_t kStartToken = 1;
inline constexpr std::int64_t kEndToken = 2;

class MoonshineVocabulary {
 public:
  /// tokenizer.bin: per token a length (one byte, or two, low seven bits first, if >= 128) and that many bytes.
  /// Errors: kInvalidArgument for a truncated or empty file.
  static Result<MoonshineVocabulary> parse(std::string_view file);

  /// Ids outside the vocabulary and control tokens are left out; word marks become spaces.
  std::string text(std::span<const std::int64_t> ids) const;
  std::size_t size() const { return tokens_.size(); }

 private:
  std::vector<std::string> tokens_;
};

/// A greedy decoder that has lost its way says the same thing for ever. Returns how many ids at the end repeat what
/// stands before them: 0 while there are fewer than three repetitions of a phrase (five of a single id).
std::size_t repeated_tail(std::span<const std::int64_t> ids);

/// Ids that `samples` of speech at 16 kHz can need: about 6.5 a second.
std::size_t token_limit(std::size_t samples);

}  // namespace call_agent::providers::local
