#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "core/result.h"
#include "phone/voice_receiver.h"
#include "phone/voice_sender.h"

namespace call_agent::phone {

/// The RTP socket of one call. Lives on the phone's thread.
class RtpLeg {
 public:
  using OnPacket = std::function<void(const VoiceReceiver::Header& header, std::span<const std::uint8_t> payload)>;

  /// Binds an even port of [first_port, last_port] at the numeric address `host`.
  /// Errors: kUnavailable if all are taken.
  static Result<std::unique_ptr<RtpLeg>> create(const std::string& host, std::uint16_t first_port,
                                                std::uint16_t last_port, OnPacket on_packet);
  ~RtpLeg();
  RtpLeg(const RtpLeg&) = delete;
  RtpLeg& operator=(const RtpLeg&) = delete;

  std::uint16_t port() const;

  /// Where to send, and the only address packets are accepted from. Port 0 holds the sending.
  void set_remote(const std::string& host, std::uint16_t port);
  /// Sends one packet; one that the system refuses is a lost packet.
  void send(const VoiceSender::Packet& packet);

 private:
  struct Socket;
  explicit RtpLeg(std::unique_ptr<Socket> socket);
  std::unique_ptr<Socket> socket_;
};

}  // namespace call_agent::phone
