#include "phone/telephone_event.h"

#include "phone/codec.h"

namespace call_agent::phone {
namespace {

constexpr std::string_view kDigits = "0123456789*#ABCD";
constexpr int kTonePackets = 6;
constexpr int kEndPackets = 3;  // The end is sent three times, against loss.
constexpr int kPausePackets = 4;
constexpr std::uint8_t kVolume = 10;  // -10 dBm0.
constexpr std::uint8_t kEnd = 0x80;

}  // namespace

void TelephoneEventSender::send(std::string_view digits) {
  for (const char digit : digits) {
    const std::size_t event = kDigits.find(digit);
    if (event != std::string_view::npos && waiting_.size() < kMostDigits) {
      waiting_.push_back(static_cast<std::uint8_t>(event));
    }
  }
}

std::optional<TelephoneEventSender::Packet> TelephoneEventSender::next(std::uint32_t timestamp) {
  if (sent_ == 0) {
    if (waiting_.empty()) return std::nullopt;
    event_ = waiting_.front();
    waiting_.pop_front();
    began_ = timestamp;
  }
  const int place = sent_++;
  if (sent_ == kTonePackets + kEndPackets - 1 + kPausePackets) sent_ = 0;
  if (place >= kTonePackets + kEndPackets - 1) return std::nullopt;
  const bool ending = place >= kTonePackets - 1;
  const std::uint32_t duration = kTicksPerPacket * static_cast<std::uint32_t>(ending ? kTonePackets : place + 1);
  return Packet{.payload = {event_, static_cast<std::uint8_t>((ending ? kEnd : 0) | kVolume),
                            static_cast<std::uint8_t>(duration >> 8), static_cast<std::uint8_t>(duration)},
                .timestamp = began_,
                .marker = place == 0};
}

std::optional<char> TelephoneEventReceiver::packet(std::uint32_t timestamp, std::span<const std::uint8_t> payload) {
  if (payload.size() < kTelephoneEventBytes || payload[0] >= kDigits.size()) return std::nullopt;
  if (last_ == timestamp) return std::nullopt;
  last_ = timestamp;
  return kDigits[payload[0]];
}

}  // namespace call_agent::phone
