#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "audio/wav.h"

// Any bytes: an error, or audio that keeps the reader's promises.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto wav = call_agent::audio::parse_wav(std::as_bytes(std::span(data, size)));
  if (!wav) return 0;
  const auto channels = static_cast<std::size_t>(wav->channels);
  if (channels < 1 || channels > 2 || wav->samples.empty() || wav->samples.size() % channels != 0) std::abort();
  if (wav->samples.size() * 2 > size || wav->mono().size() * channels != wav->samples.size()) std::abort();
  return 0;
}
