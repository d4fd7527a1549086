#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace call_agent::providers::local {

/// Any UTF-8 as text that an English synthesiser says sensibly: ASCII letters, digits and plain punctuation, white
/// space single. Accents are dropped, signs become words ("&" and, "@" at, "£20" 20 pounds), Markdown marks, control
/// characters, emoji and other scripts vanish. Invalid UTF-8 is skipped. Pure; linear in the input.
std::string spoken_text(std::string_view utf8);

/// The same text in parts of at most `most` bytes, each ending at a sentence, else a clause, else a word. For engines
/// whose time or memory grows with the length of one utterance.
std::vector<std::string> split_spoken(std::string_view text, std::size_t most);

}  // namespace call_agent::providers::local
