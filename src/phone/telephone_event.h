#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>

#include "core/clock.h"

/// DTMF as RTP events, RFC 4733.
namespace call_agent::phone {

inline constexpr std::size_t kTelephoneEventBytes = 4;

/// Makes the packets of the digits it is given: 120 ms of tone, its last packet three times, then a pause of 80 ms.
class TelephoneEventSender {
 public:
  /// Digits 0-9 * # A-D; anything else is left out. At most kMostDigits wait.
  void send(std::string_view digits);
  static constexpr std::size_t kMostDigits = 64;

  struct Packet {
    std::array<std::uint8_t, kTelephoneEventBytes> payload;
    std::uint32_t timestamp;  ///< Of the beginning of the tone, the same for all its packets.
    bool marker;
  };
  /// Whether a digit or its pause is in progress, or waits.
  bool active() const { return sent_ > 0 || !waiting_.empty(); }
  /// The packet that takes the place of the audio at `timestamp`; empty within a pause. Call once every 20 ms.
  std::optional<Packet> next(std::uint32_t timestamp);

 private:
  std::deque<std::uint8_t> waiting_;
  std::uint8_t event_ = 0;
  std::uint32_t began_ = 0;
  int sent_ = 0;  ///< Packets, and places of the pause, since the digit began.
};

/// Hears digits: each once, however many packets of it come.
class TelephoneEventReceiver {
 public:
  /// The digit that begins with this packet. Payloads of a wrong size and events that are no digits are ignored.
  std::optional<char> packet(std::uint32_t timestamp, std::span<const std::uint8_t> payload);

 private:
  std::optional<std::uint32_t> last_;
};

}  // namespace call_agent::phone
