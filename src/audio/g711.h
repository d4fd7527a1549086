#pragma once

#include <cstdint>
#include <span>

#include "audio/sample.h"

/// ITU-T G.711, the telephone network's codec: 8 kHz, one byte a sample.
namespace call_agent::audio {

Sample ulaw_decode(std::uint8_t code);
Sample alaw_decode(std::uint8_t code);
std::uint8_t ulaw_encode(Sample sample);
std::uint8_t alaw_encode(Sample sample);

inline constexpr std::uint8_t kUlawSilence = 0xFF;
inline constexpr std::uint8_t kAlawSilence = 0xD5;

/// Whole packets; `to` has at least as many elements as `from`.
void ulaw_decode(std::span<const std::uint8_t> from, std::span<Sample> to);
void alaw_decode(std::span<const std::uint8_t> from, std::span<Sample> to);
void ulaw_encode(std::span<const Sample> from, std::span<std::uint8_t> to);
void alaw_encode(std::span<const Sample> from, std::span<std::uint8_t> to);

}  // namespace call_agent::audio
