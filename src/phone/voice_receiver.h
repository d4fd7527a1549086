#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "audio/tones.h"
#include "core/clock.h"
#include "phone/codec.h"
#include "phone/telephone_event.h"

namespace call_agent::phone {

/// What came over RTP on one call.
struct ReceiveStats {
  std::uint64_t received = 0;  ///< Packets, the late ones included.
  std::uint64_t lost = 0;      ///< Sequence numbers that never came, or came too late.
  std::uint64_t late = 0;      ///< Out of order or twice: not played.
  std::uint64_t gaps = 0;      ///< Times without a packet for more than kGap.
  milliseconds longest_gap{0};
};

/// What this side of a call hears: decodes audio in order, counts what is missing, recognises digits.
/// Pure: time is a parameter. On loopback packets come in order, so there is no jitter buffer to add delay.
class VoiceReceiver {
 public:
  static constexpr milliseconds kGap{60};

  VoiceReceiver(Codec& codec, std::uint8_t payload_type, std::optional<std::uint8_t> event_type);

  struct Header {
    std::uint8_t payload_type;
    std::uint16_t sequence;
    std::uint32_t timestamp;
    std::uint32_t source;  ///< SSRC; a new one begins a new count.
  };
  struct Heard {
    std::span<const Sample> audio;  ///< Empty for a packet that is no audio. Valid until the next call.
    std::optional<char> digit;
  };
  Heard packet(milliseconds now, const Header& header, std::span<const std::uint8_t> payload);

  const ReceiveStats& stats() const { return stats_; }

 private:
  bool in_order(milliseconds now, const Header& header);

  Codec& codec_;
  std::uint8_t payload_type_;
  std::optional<std::uint8_t> event_type_;
  TelephoneEventReceiver events_;
  audio::DtmfDetector tones_;  ///< Only where no telephone events were agreed.
  ReceiveStats stats_;
  std::optional<std::uint32_t> source_;
  std::uint16_t sequence_ = 0;
  std::optional<milliseconds> last_packet_;
};

}  // namespace call_agent::phone
