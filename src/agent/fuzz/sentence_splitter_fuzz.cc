// A language model may stream anything, cut anywhere: nothing must be lost, and nothing overlong spoken.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "agent/phrases.h"
#include "agent/sentence_splitter.h"

using call_agent::agent::SentenceSplitter;

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::string letters(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_letter(c)) out += c;
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0] % 16;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  SentenceSplitter splitter;
  std::string spoken;
  const auto take = [&spoken](const std::vector<std::string>& sentences) {
    for (const auto& sentence : sentences) {
      if (sentence.empty() || sentence.size() > SentenceSplitter::kLongest) std::abort();
      spoken += letters(sentence);
      static_cast<void>(call_agent::agent::is_backchannel(sentence));
      static_cast<void>(call_agent::agent::is_hanging(sentence));
      static_cast<void>(call_agent::agent::is_farewell(sentence));
    }
  };
  for (std::size_t at = 0; at < text.size(); at += piece) take(splitter.push(text.substr(at, piece)));
  take(splitter.finish());
  if (spoken != letters(text)) std::abort();
  return 0;
}
