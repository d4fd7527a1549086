#include "phone/conversation.h"

#include <string>
#include <utility>

#include "audio/level.h"

namespace call_agent::phone {
namespace {

constexpr std::size_t kMostLatencies = 10000;

void keep(std::vector<std::int64_t>& list, milliseconds value) {
  if (list.size() < kMostLatencies) list.push_back(value.count());
}

}  // namespace

Result<std::unique_ptr<Conversation>> Conversation::create(std::shared_ptr<const Script> script,
                                                           const AgreedMedia& media, Observer& observer) {
  auto codec = Codec::create(media.codec);
  if (!codec) return pass(codec);
  return std::unique_ptr<Conversation>(new Conversation(std::move(script), media, std::move(*codec), observer));
}

Conversation::Conversation(std::shared_ptr<const Script> script, const AgreedMedia& media, std::unique_ptr<Codec> codec,
                           Observer& observer)
    : script_(std::move(script)),
      observer_(observer),
      codec_(std::move(codec)),
      sender_(*codec_, media.payload_type, media.event_type),
      receiver_(*codec_, media.payload_type, media.event_type),
      persona_(script_->scenario) {}

VoiceSender::Packet Conversation::tick(milliseconds now) {
  follow(ear_.tick(now), now);
  if (const auto action = persona_.next(now, ear_)) act(*action, now);
  const auto packet = sender_.next();
  ++sent_;
  report_progress(packet, now);
  return packet;
}

void Conversation::act(const Persona::Action& action, milliseconds now) {
  if (const auto* say = std::get_if<Say>(&action)) {
    speaking_ = &script_->clips[say->clip];
    sender_.play(*speaking_);
    observer_.happened("speak_start", now, {{"text", speaking_->words}, {"over_the_other", ear_.voiced_just_now(now)}});
  } else if (const auto* dtmf = std::get_if<SendDtmf>(&action)) {
    sender_.send_digits(dtmf->digits);
    observer_.happened("dtmf_sent", now, {{"digits", dtmf->digits}});
  } else {
    observer_.wants_to_hang_up();
  }
}

void Conversation::report_progress(const VoiceSender::Packet& packet, milliseconds now) {
  if (packet.first_voiced) meter_.said_first_voiced(now, ear_);
  if (packet.last_voiced) meter_.said_last_voiced(now, ear_);
  if (!packet.finished) return;
  if (speaking_ != nullptr) {
    observer_.happened("speak_end", now, {{"text", speaking_->words}});
    speaking_ = nullptr;
  }
  persona_.finished();
}

std::span<const Sample> Conversation::packet(milliseconds now, const VoiceReceiver::Header& header,
                                             std::span<const std::uint8_t> payload) {
  const auto heard = receiver_.packet(now, header, payload);
  if (heard.digit) {
    persona_.dtmf_heard(*heard.digit);
    observer_.happened("dtmf_heard", now, {{"digit", std::string(1, *heard.digit)}});
  }
  if (heard.audio.empty()) return {};
  if (!std::exchange(heard_rtp_, true)) observer_.happened("first_rtp", now, Json::object());
  const bool voiced = audio::voiced(heard.audio);
  if (voiced) {
    if (!std::exchange(heard_audio_, true)) observer_.happened("first_audio", now, Json::object());
    if (const auto latency = meter_.heard_voiced(now)) {
      keep(replies_ms_, *latency);
      observer_.happened("reply_latency", now, {{"reply_latency_ms", latency->count()}});
    }
  }
  follow(ear_.packet(now, voiced), now);
  return heard.audio;
}

void Conversation::follow(Ear::Change change, milliseconds now) {
  if (change == Ear::Change::kStarted) {
    heard_since_ = now;
    observer_.happened("heard_start", now, {{"over_this_side", speaking_ != nullptr}});
  } else if (change == Ear::Change::kEnded) {
    const milliseconds end = ear_.last_voiced().value_or(now);
    observer_.happened("heard_end", end, {{"length_ms", (end - heard_since_).count()}});
    if (const auto latency = meter_.heard_end(ear_)) {
      keep(yields_ms_, *latency);
      observer_.happened("yield_latency", end, {{"yield_latency_ms", latency->count()}});
    }
  }
}

Json Conversation::summary() const {
  const auto& stats = receiver_.stats();
  return {{"rtp",
           {{"sent", sent_},
            {"received", stats.received},
            {"lost", stats.lost},
            {"late", stats.late},
            {"gaps", stats.gaps},
            {"longest_gap_ms", stats.longest_gap.count()}}},
          {"reply_latency_ms", replies_ms_},
          {"yield_latency_ms", yields_ms_}};
}

}  // namespace call_agent::phone
