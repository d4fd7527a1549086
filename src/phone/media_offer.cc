#include "phone/media_offer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace call_agent::phone {
namespace {

constexpr const char* kEvents = "telephone-event";
constexpr const char* kEventsType = "101";

std::optional<CodecKind> codec_of(const sdp_format& format) {
  const auto is = [&format](CodecKind kind) {
    if (format.name == nullptr) return format.pt == codec_payload_type(kind);  // A static type needs no a=rtpmap.
    return str_casecmp(format.name, std::string(codec_name(kind)).c_str()) == 0 && format.srate == kRtpClock;
  };
  for (const auto kind : {CodecKind::kPcmu, CodecKind::kPcma, CodecKind::kG722}) {
    if (is(kind)) return kind;
  }
  return std::nullopt;
}

template <class Visit>
void each_remote_format(const sdp_media* audio, Visit visit) {
  for (const le* entry = list_head(sdp_media_format_lst(audio, false)); entry != nullptr; entry = entry->next) {
    visit(*static_cast<const sdp_format*>(entry->data));
  }
}

}  // namespace

Result<MediaOffer> MediaOffer::create(const sa& local, std::uint16_t rtp_port, std::span<const CodecKind> codecs) {
  MediaOffer out;
  sdp_session* session = nullptr;
  int error = sdp_session_alloc(&session, &local);
  out.session_.reset(session);
  if (error == 0) error = sdp_media_add(&out.audio_, session, sdp_media_audio, rtp_port, sdp_proto_rtpavp);
  for (const auto kind : codecs) {
    if (error != 0) break;
    const std::string type = std::to_string(codec_payload_type(kind));
    error = sdp_format_add(nullptr, out.audio_, false, type.c_str(), std::string(codec_name(kind)).c_str(), kRtpClock,
                           1, nullptr, nullptr, nullptr, false, nullptr);
  }
  if (error == 0) {
    error = sdp_format_add(nullptr, out.audio_, false, kEventsType, kEvents, kRtpClock, 1, nullptr, nullptr, nullptr,
                           false, "%s", "0-15");
  }
  if (error == 0) error = sdp_media_set_lattr(out.audio_, true, "ptime", "%d", kPacketMs);
  if (error != 0) return fail(Errc::kInternal, fmt::format("session description: {}", re_reason(error)));
  return out;
}

Result<void> MediaOffer::read(mbuf& description, bool is_offer) {
  if (const int error = sdp_decode(session_.get(), &description, is_offer); error != 0) {
    return fail(Errc::kInvalidArgument, fmt::format("the session description cannot be read: {}", re_reason(error)));
  }
  std::optional<AgreedMedia> found;
  std::optional<std::uint8_t> events;
  each_remote_format(audio_, [&](const sdp_format& format) {
    if (!format.sup || format.pt < 0 || format.pt > 127) return;
    const auto type = static_cast<std::uint8_t>(format.pt);
    if (const auto kind = codec_of(format); kind && !found) found = AgreedMedia{*kind, type, std::nullopt};
    if (format.name != nullptr && str_casecmp(format.name, kEvents) == 0 && format.srate == kRtpClock) events = type;
  });
  if (!found) return fail(Errc::kInvalidArgument, "no audio codec in common: PCMU, PCMA or G722 is needed");
  found->event_type = events;
  agreed_ = *found;
  return {};
}

Result<RePtr<mbuf>> MediaOffer::write(bool is_offer) const {
  mbuf* description = nullptr;
  if (const int error = sdp_encode(&description, session_.get(), is_offer); error != 0) {
    return fail(Errc::kInternal, fmt::format("session description: {}", re_reason(error)));
  }
  return RePtr<mbuf>(description);
}

std::string MediaOffer::remote_host() const {
  return address_text(*sdp_media_raddr(audio_));
}

std::uint16_t MediaOffer::remote_port() const {
  return sa_port(sdp_media_raddr(audio_));
}

std::string MediaOffer::remote_formats() const {
  std::string names;
  each_remote_format(audio_, [&names](const sdp_format& format) {
    if (format.name != nullptr) names += fmt::format("{}{}", names.empty() ? "" : " ", format.name);
  });
  return names;
}

}  // namespace call_agent::phone
