#include "providers/local/flite_g2p.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "providers/local/flite_engine.h"
#include "providers/local/spoken_text.h"

namespace call_agent::providers::local {
namespace {

constexpr std::size_t kMostPerUtterance = 300;  // Bytes given to Flite at once.

cst_utterance* leave_alone(cst_utterance* utterance) {
  return utterance;
}

/// The kal voice for its front end alone. Its postlexical rules reduce vowels to fit its own diphones, and intonation,
/// durations and waveform are Piper's business.
cst_voice* front_end() {
  static cst_voice* voice = [] {
    cst_voice* kal = register_cmu_us_kal(nullptr);
    for (const char* stage :
         {"wave_synth_func", "postlex_func", "f0_model_func", "duration_model_func", "intonation_func"}) {
      feat_set(kal->features, stage, uttfunc_val(&leave_alone));
    }
    return kal;
  }();
  return voice;
}

std::string_view ipa_of(std::string_view phone) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 40> kIpa{{
      {"aa", "ɑː"}, {"ae", "æ"},  {"ah", "ʌ"},  {"ao", "ɔː"}, {"aw", "aʊ"}, {"ax", "ə"},  {"ay", "aɪ"}, {"b", "b"},
      {"ch", "tʃ"}, {"d", "d"},   {"dh", "ð"},  {"eh", "ɛ"},  {"er", "ɜː"}, {"ey", "eɪ"}, {"f", "f"},   {"g", "ɡ"},
      {"hh", "h"},  {"ih", "ɪ"},  {"iy", "iː"}, {"jh", "dʒ"}, {"k", "k"},   {"l", "l"},   {"m", "m"},   {"n", "n"},
      {"ng", "ŋ"},  {"ow", "oʊ"}, {"oy", "ɔɪ"}, {"p", "p"},   {"r", "ɹ"},   {"s", "s"},   {"sh", "ʃ"},  {"t", "t"},
      {"th", "θ"},  {"uh", "ʊ"},  {"uw", "uː"}, {"v", "v"},   {"w", "w"},   {"y", "j"},   {"z", "z"},   {"zh", "ʒ"},
  }};
  for (const auto& [name, ipa] : kIpa) {
    if (name == phone) return ipa;
  }
  return {};
}

/// Words that a speaker of English does not stress, though the lexicon does.
bool is_function_word(std::string_view word) {
  static constexpr std::array<std::string_view, 52> kWords{
      "a",    "an",   "the",  "to",  "of", "for",  "from", "at",   "in",  "on",  "and",   "or",   "but",
      "is",   "am",   "are",  "was", "be", "been", "do",   "does", "did", "can", "could", "will", "would",
      "it",   "i",    "me",   "my",  "we", "you",  "your", "he",   "she", "him", "her",   "they", "them",
      "this", "that", "with", "as",  "if", "not",  "what", "its",  "our", "us",  "his",   "by",   "so"};
  return std::ranges::find(kWords, word) != kWords.end();
}

/// One segment as IPA, stress included.
std::string ipa_of(const cst_item* segment, const cst_item* syllable, const cst_item* word) {
  const std::string_view phone = item_feat_string(segment, "name");
  const bool function_word = word && is_function_word(item_feat_string(word, "name"));
  const bool vowel = std::string_view("aeiou").contains(phone.front());
  const bool stressed =
      vowel && !function_word && syllable && std::string_view(item_feat_string(syllable, "stress")) == "1";
  if (stressed) return std::string("ˈ").append(ipa_of(phone));
  if (phone == "ah") return function_word ? "ʌ" : "ə";
  if (phone == "er") return "ɚ";
  if (phone == "iy") return function_word ? "iː" : "i";
  return std::string(ipa_of(phone));
}

/// The mark behind a word, if it is one Piper pauses at.
char pause_after(const cst_item* word) {
  const cst_item* in_token = item_as(word, "Token");
  if (!in_token || item_next(in_token)) return 0;
  const std::string_view marks = ffeature_string(in_token, "R:Token.parent.punc");
  const auto at = marks.find_first_of(".,?!;:");
  return at == marks.npos ? '\0' : marks[at];
}

std::string utterance_phonemes(const std::string& text) {
  cst_utterance* utterance = flite_synth_text(text.c_str(), front_end());
  if (!utterance) return {};
  std::string ipa;
  const cst_item* last_word = nullptr;
  for (const cst_item* segment = relation_head(utt_relation(utterance, "Segment")); segment;
       segment = item_next(segment)) {
    if (std::string_view(item_feat_string(segment, "name")) == "pau") continue;
    const cst_item* in_syllable = item_as(segment, "SylStructure");
    const cst_item* syllable = in_syllable ? item_parent(in_syllable) : nullptr;
    const cst_item* word = syllable ? item_parent(syllable) : nullptr;
    // "'ve" and "'s" are words of their own to Flite, but not to a speaker.
    if (word && last_word && !item_equal(word, last_word) && *item_feat_string(word, "name") != '\'') {
      if (const char mark = pause_after(last_word)) ipa += mark;
      ipa += ' ';
    }
    if (word) last_word = word;
    ipa += ipa_of(segment, syllable, word);
  }
  if (last_word) {
    const char mark = pause_after(last_word);
    ipa += mark ? mark : '.';
  }
  delete_utterance(utterance);
  return ipa;
}

}  // namespace

std::string FliteG2p::phonemes(std::string_view text) {
  std::string all;
  for (const auto& part : split_spoken(spoken_text(text), kMostPerUtterance)) {
    if (std::ranges::none_of(part, [](unsigned char c) { return std::isalnum(c) != 0; })) continue;
    const FliteLock lock;
    const std::string ipa = utterance_phonemes(part);
    if (ipa.empty()) continue;
    if (!all.empty()) all += ' ';
    all += ipa;
  }
  return all;
}

std::vector<std::string> synthesis_pieces(std::string_view phonemes) {
  // Bytes of IPA, about 16 a second of speech. Synthesis is seven times as fast as speech, so that a piece four times
  // as long as the one before is ready in time.
  constexpr std::array<std::size_t, 3> kWanted{14, 56, 160};
  constexpr std::size_t kMost = 320;
  constexpr std::size_t kLeastRest = 24;  // "…, please." sounds odd on its own.
  std::vector<std::string> pieces;
  std::size_t begin = 0;
  std::size_t word_end = 0;
  for (std::size_t at = 0; at < phonemes.size(); ++at) {
    if (phonemes[at] != ' ') continue;
    const std::size_t wanted = kWanted[std::min(pieces.size(), kWanted.size() - 1)];
    const bool pause = at > 0 && std::string_view(".,?!;:").contains(phonemes[at - 1]);
    std::size_t end = 0;
    if (pause && at - begin >= wanted && phonemes.size() - at >= kLeastRest) end = at;
    if (end == 0 && at - begin > kMost) end = word_end > begin ? word_end : at;
    word_end = at;
    if (end == 0) continue;
    pieces.emplace_back(phonemes.substr(begin, end - begin));
    begin = end + 1;
  }
  if (begin < phonemes.size()) pieces.emplace_back(phonemes.substr(begin));
  return pieces;
}

}  // namespace call_agent::providers::local
