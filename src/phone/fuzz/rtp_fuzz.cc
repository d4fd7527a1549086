#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <string_view>

#include "phone/codec.h"
#include "phone/voice_receiver.h"

namespace {

using namespace call_agent;
using phone::VoiceReceiver;

constexpr std::uint8_t kEvents = 101;
constexpr std::size_t kHeaderBytes = 5;  // Length of the payload, type, step of the sequence, of time, source.

void check(const VoiceReceiver::Heard& heard, std::size_t payload, bool is_event) {
  if (heard.audio.size() > 2 * payload || (is_event && !heard.audio.empty())) std::abort();
  if (heard.digit && !std::string_view("0123456789*#ABCD").contains(*heard.digit)) std::abort();
}

}  // namespace

/// Packets a caller may send: never more audio than they hold, no digit that is no key, and a packet that comes twice
/// is heard once. The first byte chooses the codec, and whether telephone events were agreed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto kind = static_cast<phone::CodecKind>(data[0] % 3);
  const auto codec = phone::Codec::create(phone::codec_available(kind) ? kind : phone::CodecKind::kPcmu);
  const std::uint8_t type = phone::codec_payload_type(kind);
  VoiceReceiver receiver(**codec, type, data[0] < 128 ? std::optional(kEvents) : std::nullopt);
  VoiceReceiver::Header header{.payload_type = 0, .sequence = 65530, .timestamp = 0, .source = 0};
  std::uint64_t sent = 0;
  for (auto rest = std::span(data, size).subspan(1); rest.size() >= kHeaderBytes; ++sent) {
    const auto payload = rest.subspan(kHeaderBytes).first(std::min<std::size_t>(rest[0], rest.size() - kHeaderBytes));
    header.payload_type = rest[1] % 4 == 0 ? kEvents : rest[1] % 4 == 1 ? rest[1] : type;
    header.sequence = static_cast<std::uint16_t>(header.sequence + static_cast<std::int8_t>(rest[2]));
    header.timestamp += rest[3] * 160U;
    header.source = rest[4];
    const milliseconds now(sent * 20);
    check(receiver.packet(now, header, payload), payload.size(), header.payload_type == kEvents);
    const auto again = receiver.packet(now, header, payload);
    if (!again.audio.empty() || again.digit) std::abort();
    rest = rest.subspan(kHeaderBytes + payload.size());
  }
  const auto& stats = receiver.stats();
  if (stats.received > 2 * sent || stats.late > stats.received || stats.lost > 3000 * sent) std::abort();
  return 0;
}
