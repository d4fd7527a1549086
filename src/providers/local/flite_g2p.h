#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace call_agent::providers::local {

/// English text to the phonemes Piper was trained on (espeak-ng's IPA), by Flite's text normalisation, lexicon and
/// letter-to-sound rules: "8:30" becomes "eight thirty", "Dr." "doctor". 0.3 to 2 ms a sentence.
///
/// Flite keeps process-wide state: every use of it in the process goes through one lock. Thread-safe.
class FliteG2p {
 public:
  /// IPA with stress marks, spaces between words and the punctuation Piper pauses at. Empty if nothing can be said.
  static std::string phonemes(std::string_view text);
};

/// Phonemes in pieces to be synthesised one after the other, so that the first is heard soon: split behind punctuation
/// only (else between words), a short one first, later ones longer. Pure.
std::vector<std::string> synthesis_pieces(std::string_view phonemes);

}  // namespace call_agent::providers::local
