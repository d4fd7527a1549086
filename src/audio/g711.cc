#include "audio/g711.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>

namespace call_agent::audio {
namespace {

constexpr int kUlawBias = 33;         // In 14-bit units.
constexpr int kUlawLargest = 0x1FFF;  // Magnitude plus bias, clipped.

constexpr Sample expand_ulaw(std::uint8_t code) {
  const int bits = ~code & 0xFF;
  const int exponent = bits >> 4 & 7;
  const int magnitude = (((bits & 0xF) << 1 | 0x21) << exponent) - kUlawBias;
  return static_cast<Sample>((bits & 0x80) != 0 ? -magnitude * 4 : magnitude * 4);
}

constexpr Sample expand_alaw(std::uint8_t code) {
  const int bits = code ^ 0x55;
  const int exponent = bits >> 4 & 7;
  const int mantissa = (bits & 0xF) << 1 | 1;
  const int magnitude = exponent == 0 ? mantissa : (mantissa | 0x20) << (exponent - 1);
  return static_cast<Sample>((bits & 0x80) != 0 ? magnitude * 8 : -magnitude * 8);
}

constexpr std::array<Sample, 256> table_of(Sample (*expand)(std::uint8_t)) {
  std::array<Sample, 256> table{};
  for (int code = 0; code < 256; ++code) {
    table[static_cast<std::size_t>(code)] = expand(static_cast<std::uint8_t>(code));
  }
  return table;
}

constexpr auto kUlawTable = table_of(expand_ulaw);
constexpr auto kAlawTable = table_of(expand_alaw);

template <class From, class To, class Convert>
void convert(std::span<const From> from, std::span<To> to, Convert one) {
  assert(to.size() >= from.size());
  std::transform(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(std::min(from.size(), to.size())), to.begin(),
                 one);
}

}  // namespace

Sample ulaw_decode(std::uint8_t code) {
  return kUlawTable[code];
}
Sample alaw_decode(std::uint8_t code) {
  return kAlawTable[code];
}

// Negative values are taken in one's complement, as the reference code of ITU-T G.191 does.
std::uint8_t ulaw_encode(Sample sample) {
  const int positive = sample < 0 ? ~sample : sample;
  const int biased = std::min((positive >> 2) + kUlawBias, kUlawLargest);
  const int exponent = static_cast<int>(std::bit_width(static_cast<unsigned>(biased))) - 6;
  const int code = exponent << 4 | (biased >> (exponent + 1) & 0xF) | (sample < 0 ? 0x80 : 0);
  return static_cast<std::uint8_t>(~code);
}

std::uint8_t alaw_encode(Sample sample) {
  const int magnitude = (sample < 0 ? ~sample : sample) >> 4;
  const int exponent = std::max(0, static_cast<int>(std::bit_width(static_cast<unsigned>(magnitude))) - 4);
  const int mantissa = (exponent == 0 ? magnitude : magnitude >> (exponent - 1)) & 0xF;
  const int code = exponent << 4 | mantissa | (sample < 0 ? 0 : 0x80);
  return static_cast<std::uint8_t>(code ^ 0x55);
}

void ulaw_decode(std::span<const std::uint8_t> from, std::span<Sample> to) {
  convert(from, to, [](std::uint8_t code) { return kUlawTable[code]; });
}
void alaw_decode(std::span<const std::uint8_t> from, std::span<Sample> to) {
  convert(from, to, [](std::uint8_t code) { return kAlawTable[code]; });
}
void ulaw_encode(std::span<const Sample> from, std::span<std::uint8_t> to) {
  convert(from, to, [](Sample sample) { return ulaw_encode(sample); });
}
void alaw_encode(std::span<const Sample> from, std::span<std::uint8_t> to) {
  convert(from, to, [](Sample sample) { return alaw_encode(sample); });
}

}  // namespace call_agent::audio
