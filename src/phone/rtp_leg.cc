#include "phone/rtp_leg.h"

#include <fmt/format.h>

#include <utility>

#include "phone/re.h"

namespace call_agent::phone {

struct RtpLeg::Socket {
  OnPacket on_packet;
  sa remote{};
  bool may_send = false;
  RePtr<struct rtp_sock> rtp;
  RePtr<mbuf> buffer;

  static void received(const sa* source, const rtp_header* header, mbuf* body, void* self) {
    auto& socket = *static_cast<Socket*>(self);
    if (!sa_cmp(source, &socket.remote, SA_ADDR)) return;
    socket.on_packet(
        {.payload_type = header->pt, .sequence = header->seq, .timestamp = header->ts, .source = header->ssrc},
        std::span<const std::uint8_t>(mbuf_buf(body), mbuf_get_left(body)));
  }
};

RtpLeg::RtpLeg(std::unique_ptr<Socket> socket) : socket_(std::move(socket)) {}
RtpLeg::~RtpLeg() = default;

Result<std::unique_ptr<RtpLeg>> RtpLeg::create(const std::string& host, std::uint16_t first_port,
                                               std::uint16_t last_port, OnPacket on_packet) {
  auto socket = std::make_unique<Socket>();
  socket->on_packet = std::move(on_packet);
  sa_init(&socket->remote, AF_INET);
  sa local{};
  if (const int error = sa_set_str(&local, host.c_str(), 0); error != 0) {
    return fail(Errc::kInvalidArgument, fmt::format("{} is not a numeric address", host));
  }
  struct rtp_sock* rtp = nullptr;
  const int error =
      rtp_listen(&rtp, IPPROTO_UDP, &local, first_port, last_port, false, &Socket::received, nullptr, socket.get());
  if (error != 0) {
    return fail(Errc::kUnavailable,
                fmt::format("no RTP port of {}-{} is free on {}: {}", first_port, last_port, host, re_reason(error)));
  }
  socket->rtp.reset(rtp);
  socket->buffer.reset(mbuf_alloc(512));
  if (!socket->buffer) return fail(Errc::kInternal, "out of memory");
  return std::unique_ptr<RtpLeg>(new RtpLeg(std::move(socket)));
}

std::uint16_t RtpLeg::port() const {
  return sa_port(rtp_local(socket_->rtp.get()));
}

void RtpLeg::set_remote(const std::string& host, std::uint16_t port) {
  socket_->may_send = sa_set_str(&socket_->remote, host.c_str(), port) == 0 && port != 0;
}

void RtpLeg::send(const VoiceSender::Packet& packet) {
  if (!socket_->may_send) return;
  mbuf* const buffer = socket_->buffer.get();
  buffer->pos = RTP_HEADER_SIZE;  // Room for the header, which rtp_send() puts in front.
  buffer->end = RTP_HEADER_SIZE;
  if (mbuf_write_mem(buffer, packet.payload.data(), packet.payload.size()) != 0) return;
  buffer->pos = RTP_HEADER_SIZE;
  rtp_send(socket_->rtp.get(), &socket_->remote, false, packet.marker, packet.payload_type, packet.timestamp, buffer);
}

}  // namespace call_agent::phone
