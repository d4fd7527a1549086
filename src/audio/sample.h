#pragma once

#include <cstdint>

namespace call_agent::audio {

/// One sample: linear, 16-bit, native endian. Full scale is 32767.
using Sample = std::int16_t;

}  // namespace call_agent::audio
