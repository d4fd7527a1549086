#include "phone/voice_receiver.h"

#include <algorithm>

namespace call_agent::phone {
namespace {

constexpr std::int16_t kFarthestJump = 3000;  // Packets, one minute: beyond it the sender has begun a new sequence.
constexpr std::size_t kLargestPayload = 1600;

}  // namespace

VoiceReceiver::VoiceReceiver(Codec& codec, std::uint8_t payload_type, std::optional<std::uint8_t> event_type)
    : codec_(codec), payload_type_(payload_type), event_type_(event_type), tones_(codec.rate()) {}

VoiceReceiver::Heard VoiceReceiver::packet(milliseconds now, const Header& header,
                                           std::span<const std::uint8_t> payload) {
  const bool is_event = event_type_ == header.payload_type;
  if (!is_event && header.payload_type != payload_type_) return {};  // Comfort noise and the like: not ours to count.
  if (payload.empty() || payload.size() > kLargestPayload || !in_order(now, header)) return {};
  if (is_event) return {.audio = {}, .digit = events_.packet(header.timestamp, payload)};
  Heard heard{.audio = codec_.decode(payload), .digit = std::nullopt};
  if (!event_type_) {
    const auto digits = tones_.push(heard.audio);
    if (!digits.empty()) heard.digit = digits.front();
  }
  return heard;
}

bool VoiceReceiver::in_order(milliseconds now, const Header& header) {
  ++stats_.received;
  if (last_packet_ && now - *last_packet_ > kGap) {
    ++stats_.gaps;
    stats_.longest_gap = std::max(stats_.longest_gap, now - *last_packet_);
  }
  last_packet_ = now;
  const auto ahead = static_cast<std::int16_t>(header.sequence - sequence_);
  const bool restarted = source_ != header.source || ahead > kFarthestJump || ahead < -kFarthestJump;
  if (!restarted && ahead <= 0) {
    ++stats_.late;
    return false;
  }
  if (!restarted) stats_.lost += static_cast<std::uint64_t>(ahead - 1);
  source_ = header.source;
  sequence_ = header.sequence;
  return true;
}

}  // namespace call_agent::phone
