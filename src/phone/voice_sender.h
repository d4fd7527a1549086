#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "phone/codec.h"
#include "phone/script.h"
#include "phone/telephone_event.h"

namespace call_agent::phone {

/// What this side of a call sends: clips, digits, and silence at all other times, one packet every 20 ms.
/// Pure: the socket and the clock belong to the caller.
class VoiceSender {
 public:
  /// `event_type` is the payload type agreed for telephone events; without one, digits are sent as tones in the audio.
  VoiceSender(Codec& codec, std::uint8_t payload_type, std::optional<std::uint8_t> event_type);

  /// Plays a clip from the next packet on, in place of one that may be playing. It must outlive its playing.
  void play(const Clip& clip);
  void send_digits(std::string_view digits);

  struct Packet {
    std::uint8_t payload_type;
    bool marker;
    std::uint32_t timestamp;
    std::span<const std::uint8_t> payload;  ///< Valid until the next call.
    std::span<const Sample> audio;          ///< What the other side hears, at the codec's rate; likewise.
    bool first_voiced = false;              ///< The clip's first packet that is more than silence …
    bool last_voiced = false;               ///< … and its last.
    bool finished = false;                  ///< The clip, or the last digit, ends with this packet.
  };
  Packet next();

  /// Time was lost (a suspended machine): the timestamps go on without packets.
  void skip(std::uint32_t packets) { timestamp_ += packets * kTicksPerPacket; }

 private:
  void fill_from_clip(Packet& packet);

  Codec& codec_;
  std::uint8_t payload_type_;
  std::optional<std::uint8_t> event_type_;
  std::uint32_t timestamp_ = 0;
  bool first_packet_ = true;
  TelephoneEventSender events_;
  TelephoneEventSender::Packet event_{};
  bool sending_digits_ = false;
  std::vector<Sample> frame_;
  std::vector<Sample> tones_;                ///< Digits as audio.
  std::span<const Sample> playing_;          ///< What is left of the clip.
  std::size_t played_ = 0;                   ///< Packets of it.
  std::optional<std::size_t> first_voiced_;  ///< Packet of the clip.
  std::optional<std::size_t> last_voiced_;
};

}  // namespace call_agent::phone
