#include "providers/local/flite_g2p.h"

#include <gtest/gtest.h>

namespace call_agent::providers::local {
namespace {

TEST(FliteG2p, SpeaksWordsAsPiperWasTaughtThem) {
  EXPECT_EQ(FliteG2p::phonemes("Hello."), "həlˈoʊ.");
  EXPECT_EQ(FliteG2p::phonemes("I've"), "aɪv.");
  EXPECT_EQ(FliteG2p::phonemes("Could you spell the name for me?"), "kʊd juː spˈɛl ðə nˈeɪm fɔːɹ miː?");
}

TEST(FliteG2p, SpeaksNumbersTimesAndAbbreviations) {
  EXPECT_EQ(FliteG2p::phonemes("8:30 pm"), FliteG2p::phonemes("eight thirty pm"));
  EXPECT_EQ(FliteG2p::phonemes("the 3rd of May 2025"), FliteG2p::phonemes("the third of May twenty twenty five"));
  EXPECT_EQ(FliteG2p::phonemes("Dr. Smith"), FliteG2p::phonemes("Doctor Smith"));
  EXPECT_EQ(FliteG2p::phonemes("£20"), FliteG2p::phonemes("twenty pounds"));
  EXPECT_EQ(FliteG2p::phonemes("020 7946"), FliteG2p::phonemes("zero two zero seven nine four six"));
}

TEST(FliteG2p, HostileTextIsSpokenOrLeftOut) {
  EXPECT_EQ(FliteG2p::phonemes(""), "");
  EXPECT_EQ(FliteG2p::phonemes("...?!  ,,"), "");
  EXPECT_EQ(FliteG2p::phonemes("你好 😀 \x01\x02"), "");
  EXPECT_EQ(FliteG2p::phonemes("\xff\xfe hello \x1b"), "həlˈoʊ.");
  EXPECT_FALSE(FliteG2p::phonemes(std::string(10000, 'a')).empty());
  EXPECT_FALSE(FliteG2p::phonemes(std::string(10000, '7')).empty());
  std::string long_text;
  while (long_text.size() < 10000) long_text += "We open at nine, and close at ten. ";
  EXPECT_GT(FliteG2p::phonemes(long_text).size(), 10000U);
}

TEST(SynthesisPieces, TheFirstIsShortAndNothingIsLost) {
  const auto pieces = synthesis_pieces("sˈɑːɹi ɡˈaɪz, wiː ɑːɹ fˈʊli bˈʊkt, bʌt wiː kʊd duː nˈaɪn əklˈɑːk.");
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0], "sˈɑːɹi ɡˈaɪz,");
}

TEST(SynthesisPieces, AShortTailStaysWithItsSentence) {
  EXPECT_EQ(synthesis_pieces("həlˈoʊ həlˈoʊ, plˈiːz.").size(), 1U);
  EXPECT_TRUE(synthesis_pieces("").empty());
}

TEST(SynthesisPieces, EvenSpeechWithoutPausesIsBounded) {
  std::string phonemes;
  for (int i = 0; i < 1000; ++i) phonemes += "ab ";
  phonemes += "ab";
  std::size_t total = 0;
  for (const auto& piece : synthesis_pieces(phonemes)) {
    EXPECT_LE(piece.size(), 330U);
    total += piece.size() + 1;
  }
  EXPECT_EQ(total, phonemes.size() + 1);
}

}  // namespace
}  // namespace call_agent::providers::local
