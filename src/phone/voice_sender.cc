#include "phone/voice_sender.h"

#include <algorithm>

#include "audio/level.h"
#include "audio/tones.h"

namespace call_agent::phone {
namespace {

constexpr milliseconds kToneLength{120};
constexpr milliseconds kTonePause{80};

}  // namespace

VoiceSender::VoiceSender(Codec& codec, std::uint8_t payload_type, std::optional<std::uint8_t> event_type)
    : codec_(codec), payload_type_(payload_type), event_type_(event_type) {}

void VoiceSender::play(const Clip& clip) {
  playing_ = clip.at(codec_.rate());
  played_ = 0;
  first_voiced_.reset();
  last_voiced_.reset();
  const std::size_t size = codec_.samples_per_packet();
  for (std::size_t packet = 0; packet * size < playing_.size(); ++packet) {
    if (!audio::voiced(playing_.subspan(packet * size, std::min(size, playing_.size() - packet * size)))) continue;
    if (!first_voiced_) first_voiced_ = packet;
    last_voiced_ = packet;
  }
}

void VoiceSender::send_digits(std::string_view digits) {
  if (event_type_) {
    events_.send(digits);
    sending_digits_ = true;
    return;
  }
  tones_.clear();
  for (const char digit : digits) {
    const auto key = audio::dtmf(digit, kToneLength, codec_.rate());
    if (!key) continue;
    tones_.insert(tones_.end(), key->begin(), key->end());
    tones_.insert(tones_.end(), codec_.samples_per_packet() * (kTonePause.count() / kPacketMs), 0);
  }
  playing_ = tones_;
  played_ = 0;
  first_voiced_.reset();
  last_voiced_.reset();
}

VoiceSender::Packet VoiceSender::next() {
  frame_.assign(codec_.samples_per_packet(), 0);
  Packet packet{
      .payload_type = payload_type_, .marker = first_packet_, .timestamp = timestamp_, .payload = {}, .audio = {}};
  if (sending_digits_) {
    const auto event = events_.next(timestamp_);
    sending_digits_ = events_.active();
    packet.finished = !sending_digits_;
    if (event) {
      event_ = *event;
      packet.payload_type = *event_type_;
      packet.marker = event_.marker;
      packet.timestamp = event_.timestamp;
      packet.payload = event_.payload;
    }
  } else if (!playing_.empty()) {
    fill_from_clip(packet);
  }
  if (packet.payload.empty()) packet.payload = codec_.encode(frame_);
  packet.audio = frame_;
  first_packet_ = false;
  timestamp_ += kTicksPerPacket;
  return packet;
}

void VoiceSender::fill_from_clip(Packet& packet) {
  const std::size_t take = std::min(frame_.size(), playing_.size());
  std::copy_n(playing_.begin(), take, frame_.begin());
  playing_ = playing_.subspan(take);
  packet.first_voiced = played_ == first_voiced_;
  packet.last_voiced = played_ == last_voiced_;
  packet.finished = playing_.empty();
  ++played_;
}

}  // namespace call_agent::phone
