#include "audio/g711.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <vector>

namespace call_agent::audio {
namespace {

// Values of ITU-T G.711 tables 1a, 1b, 2a and 2b, scaled to 16 bits.
TEST(G711, DecodesTheTablesOfTheStandard) {
  EXPECT_EQ(ulaw_decode(0x80), 32124);
  EXPECT_EQ(ulaw_decode(0x00), -32124);
  EXPECT_EQ(ulaw_decode(0x8F), 16764);
  EXPECT_EQ(ulaw_decode(0xEF), 132);
  EXPECT_EQ(ulaw_decode(0xFF), 0);
  EXPECT_EQ(ulaw_decode(0x7F), 0);
  EXPECT_EQ(alaw_decode(0xAA), 32256);
  EXPECT_EQ(alaw_decode(0x2A), -32256);
  EXPECT_EQ(alaw_decode(0xD5), 8);
  EXPECT_EQ(alaw_decode(0x55), -8);
}

TEST(G711, EncodesSilenceAndTheExtremes) {
  EXPECT_EQ(ulaw_encode(0), kUlawSilence);
  EXPECT_EQ(alaw_encode(0), kAlawSilence);
  EXPECT_EQ(ulaw_encode(32767), 0x80);
  EXPECT_EQ(ulaw_encode(-32768), 0x00);
  EXPECT_EQ(alaw_encode(32767), 0xAA);
  EXPECT_EQ(alaw_encode(-32768), 0x2A);
}

TEST(G711, EveryCodeSurvivesARoundTrip) {
  for (int code = 0; code < 256; ++code) {
    const auto byte = static_cast<std::uint8_t>(code);
    EXPECT_EQ(alaw_encode(alaw_decode(byte)), byte);
    if (byte != 0x7F) EXPECT_EQ(ulaw_encode(ulaw_decode(byte)), byte);  // Negative zero becomes zero.
  }
}

// The step of a segment is 1/16 of its start: no sample is further off than half of it, and order is kept.
TEST(G711, EverySampleIsWithinHalfAStep) {
  int last_ulaw = -40000;
  int last_alaw = -40000;
  for (int value = -32124; value <= 32124; ++value) {
    const auto sample = static_cast<Sample>(value);
    const int ulaw = ulaw_decode(ulaw_encode(sample));
    const int alaw = alaw_decode(alaw_encode(sample));
    ASSERT_LE(std::abs(ulaw - value), std::abs(value) / 32 + 8) << value;
    ASSERT_LE(std::abs(alaw - value), std::abs(value) / 32 + 16) << value;
    ASSERT_GE(ulaw, last_ulaw);
    ASSERT_GE(alaw, last_alaw);
    last_ulaw = ulaw;
    last_alaw = alaw;
  }
}

TEST(G711, ConvertsWholePackets) {
  const std::array<Sample, 3> audio{0, 1000, -1000};
  std::array<std::uint8_t, 3> packet{};
  std::array<Sample, 3> back{};
  ulaw_encode(audio, packet);
  ulaw_decode(packet, back);
  EXPECT_EQ(back[1], ulaw_decode(ulaw_encode(1000)));
  alaw_encode(audio, packet);
  alaw_decode(packet, back);
  EXPECT_EQ(back[2], alaw_decode(alaw_encode(-1000)));
}

}  // namespace
}  // namespace call_agent::audio
