#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "providers/local/flite_g2p.h"
#include "providers/local/spoken_text.h"

/// A language model's words, whatever they are, become phonemes without a crash, and only ASCII reaches Flite.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace call_agent::providers::local;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char c : spoken_text(text)) {
    if (c < ' ' || c > '~') std::abort();
  }
  synthesis_pieces(FliteG2p::phonemes(text));
  return 0;
}
