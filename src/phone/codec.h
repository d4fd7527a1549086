#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "audio/sample.h"
#include "core/result.h"
#include "phone/scenario.h"

namespace call_agent::phone {

using audio::Sample;

inline constexpr int kPacketMs = 20;
inline constexpr int kRtpClock = 8000;  ///< Of all three codecs: G.722 too, by RFC 3551's historic mistake.
inline constexpr std::uint32_t kTicksPerPacket = kRtpClock * kPacketMs / 1000;

std::string_view codec_name(CodecKind kind);      ///< As in SDP: "PCMU".
std::uint8_t codec_payload_type(CodecKind kind);  ///< The static one of RFC 3551: 0, 8, 9.

/// G.722 needs a library that may not be installed; the others always are.
bool codec_available(CodecKind kind);

/// One direction pair of a call's audio. G.722 keeps state between packets.
class Codec {
 public:
  virtual ~Codec() = default;
  /// Errors: kUnavailable unless codec_available(); kInternal if the codec's library refuses.
  static Result<std::unique_ptr<Codec>> create(CodecKind kind);

  /// Hz of the linear audio: 8000, or 16000 for G.722.
  virtual int rate() const = 0;
  std::size_t samples_per_packet() const { return static_cast<std::size_t>(rate()) * kPacketMs / 1000; }

  /// Encodes an even number of samples. Valid until the next call.
  virtual std::span<const std::uint8_t> encode(std::span<const Sample> audio) = 0;
  /// Decodes one packet of any length. Valid until the next call.
  virtual std::span<const Sample> decode(std::span<const std::uint8_t> payload) = 0;
};

}  // namespace call_agent::phone
