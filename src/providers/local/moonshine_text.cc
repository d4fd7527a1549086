#include "providers/local/moonshine_text.h"

#include <algorithm>

namespace call_agent::providers::local {

Result<MoonshineVocabulary> MoonshineVocabulary::parse(std::string_view file) {
  const auto truncated = [] { return fail(Errc::kInvalidArgument, "tokenizer.bin is truncated"); };
  MoonshineVocabulary vocabulary;
  std::size_t at = 0;
  while (at < file.size()) {
    std::size_t length = static_cast<unsigned char>(file[at++]);
    if (length >= 128) {
      if (at == file.size()) return truncated();
      length += static_cast<std::size_t>(static_cast<unsigned char>(file[at++])) * 128 - 128;
    }
    if (length > file.size() - at) return truncated();
    vocabulary.tokens_.emplace_back(file.substr(at, length));
    at += length;
  }
  if (vocabulary.tokens_.size() <= kEndToken) return truncated();
  return vocabulary;
}

std::string MoonshineVocabulary::text(std::span<const std::int64_t> ids) const {
  static constexpr std::string_view kWordMark = "\xe2\x96\x81";
  std::string text;
  for (const auto id : ids) {
    if (id <= kEndToken || id >= static_cast<std::int64_t>(tokens_.size())) continue;
    std::string_view token = tokens_[static_cast<std::size_t>(id)];
    // Timestamps, and single control bytes: neither is a word.
    if (token.starts_with("<<") || (token.size() == 1 && static_cast<unsigned char>(token[0]) < 0x20)) continue;
    for (std::size_t mark; (mark = token.find(kWordMark)) != token.npos; token.remove_prefix(mark + kWordMark.size())) {
      text.append(token.substr(0, mark)).append(1, ' ');
    }
    text.append(token);
  }
  const auto first = text.find_first_not_of(' ');
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::size_t repeated_tail(std::span<const std::int64_t> ids) {
  constexpr std::size_t kLongestPhrase = 16;
  for (std::size_t length = 1; length <= kLongestPhrase; ++length) {
    const std::size_t times = length == 1 ? 5 : 3;
    if (ids.size() < length * times) break;
    const auto phrase = ids.last(length);
    std::size_t count = 1;
    while (ids.size() >= length * (count + 1) &&
           std::equal(phrase.begin(), phrase.end(), ids.last(length * (count + 1)).begin())) {
      ++count;
    }
    if (count >= times) return length * (count - 1);
  }
  return 0;
}

std::size_t token_limit(std::size_t samples) {
  return std::max<std::size_t>(8, samples * 13 / (2 * 16000) + 4);
}

}  // namespace call_agent::providers::local
