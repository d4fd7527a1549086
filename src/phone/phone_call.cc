#include "phone/phone_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/log.h"
#include "phone/source_address.h"

namespace call_agent::phone {
namespace {

constexpr std::uint64_t kMostCatchUp = 10;  // Packets sent at once after a delay; more are skipped.

std::string utc_stamp() {
  std::string stamp = rfc3339(unix_ms());
  std::erase_if(stamp, [](char c) { return c == ':' || c == '-'; });
  return stamp;
}

/// The status a plan refuses a call with, at once or after ringing.
std::pair<std::uint16_t, const char*> refusal(Answer plan) {
  switch (plan) {
    case Answer::kBusy:
      return {486, "Busy Here"};
    case Answer::kDeclines:
      return {603, "Decline"};
    case Answer::kUnknown:
      return {404, "Not Found"};
    case Answer::kFails:
      return {503, "Service Unavailable"};
    case Answer::kUnavailable:
    case Answer::kNever:
    case Answer::kAnswers:
      break;
  }
  return {480, "Temporarily Unavailable"};
}

}  // namespace

PhoneCall::PhoneCall(Owner& owner, int index, std::shared_ptr<const Script> script)
    : owner_(owner), index_(index), script_(std::move(script)), invited_at_(Clock::now()) {
  tmr_init(&timer_);
}

PhoneCall::~PhoneCall() {
  tmr_cancel(&timer_);
}

void PhoneCall::event(std::string_view name, TimePoint at, Json fields) {
  owner_.log().write(name, index_, at, invited_at_, std::move(fields));
}

void PhoneCall::happened(std::string_view name, milliseconds at, Json fields) {
  log::debug("call {}: {} {}", index_, name, dump_json(fields));
  event(name, answered_at_ + at, std::move(fields));
}

milliseconds PhoneCall::since_answer(TimePoint now) const {
  return std::chrono::duration_cast<milliseconds>(now - answered_at_);
}

void PhoneCall::invited(const sip_msg& invite) {
  called_ = view(invite.uri.user);
  const auto& scenario = script_->scenario;
  plan_ = scenario.answer;
  if (scenario.by_number) plan_ = answer_by_number(called_).value_or(plan_);
  event("invite", invited_at_,
        {{"called", called_},
         {"caller", view(invite.from.uri.user)},
         {"call_id", view(invite.callid)},
         {"source", fmt::format("{}:{}", address_text(invite.src), sa_port(&invite.src))},
         {"transport", sip_transp_name(invite.tp)},
         {"scenario", scenario.name},
         {"at", rfc3339(unix_ms())}});
  log::info("call {}: INVITE for {} ({})", index_, log::redact_number(called_), scenario.name);
  if (const auto rings = scenario.ringing(plan_)) return ring(invite, *rings);
  const auto [status, reason] = refusal(plan_);
  refuse(invite, status, reason);
}

void PhoneCall::refuse(const sip_msg& invite, std::uint16_t status, const char* reason) {
  if (session_) {
    sipsess_reject(session_.get(), status, reason, nullptr);
  } else {
    sip_treply(nullptr, owner_.stack(), &invite, status, reason);
  }
  finish("rejected", {{"status", status}, {"reason", reason}});
}

void PhoneCall::ring(const sip_msg& invite, milliseconds length) {
  const auto& options = owner_.options();
  sa local{};
  // The address the caller reaches us at, also when we listen on all of them.
  if (sa_set_str(&local, options.host.c_str(), 0) != 0 || sa_is_any(&local)) local = source_address_towards(invite.src);
  auto leg = RtpLeg::create(address_text(local), options.first_rtp_port, options.last_rtp_port,
                            [this](const auto& header, auto payload) { rtp_received(header, payload); });
  if (!leg) {
    log::error("call {}: {}", index_, leg.error().what);
    return refuse(invite, 503, "No RTP port");
  }
  rtp_ = std::move(*leg);
  auto codecs = script_->scenario.codecs;
  std::erase_if(codecs, [](CodecKind kind) { return !codec_available(kind); });
  auto offer = MediaOffer::create(local, rtp_->port(), codecs);
  has_offer_ = mbuf_get_left(invite.mb) > 0;
  Result<void> readable{};
  if (offer && has_offer_) readable = offer->read(*invite.mb, true);
  if (!offer || !readable) {
    const std::string why = offer ? readable.error().what : offer.error().what;
    log::warn("call {}: {}", index_, why);
    event("bad_offer", Clock::now(), {{"why", why}});
    return refuse(invite, 488, "Not Acceptable Here");
  }
  offer_ = std::move(*offer);
  sipsess* session = nullptr;
  const int error =
      sipsess_accept(&session, owner_.sessions(), &invite, 180, "Ringing", "phone", "application/sdp", nullptr, nullptr,
                     nullptr, false, &PhoneCall::offered, &PhoneCall::answered, &PhoneCall::established, nullptr,
                     &PhoneCall::referred, &PhoneCall::closed, this, nullptr);
  if (error != 0) {
    log::warn("call {}: the INVITE cannot be accepted: {}", index_, re_reason(error));
    return refuse(invite, error == EBADMSG ? 400 : 500, error == EBADMSG ? "Bad Request" : "Server Error");
  }
  session_.reset(session);
  state_ = State::kRinging;
  event("180", Clock::now(), has_offer_ ? Json{{"offer", offer_->remote_formats()}} : Json::object());
  tmr_start(&timer_, static_cast<std::uint64_t>(length.count()), &PhoneCall::ring_timer, this);
}

void PhoneCall::ringing_over() {
  if (plan_ == Answer::kAnswers) return answer();
  const auto [status, reason] = refusal(plan_);
  sipsess_reject(session_.get(), status, reason, nullptr);
  finish("rejected", {{"status", status}, {"reason", reason}});
}

void PhoneCall::answer() {
  const auto description = offer_->write(!has_offer_);
  const int error = description ? sipsess_answer(session_.get(), 200, "OK", description->get(), nullptr) : ENOMEM;
  if (error != 0) {
    log::error("call {}: cannot answer: {}", index_, re_reason(error));
    return finish("failed", {{"why", re_reason(error)}});
  }
  state_ = State::kAnswered;
  answered_at_ = Clock::now();
  event("200", answered_at_, Json::object());
  if (has_offer_) start_media();
}

void PhoneCall::start_media() {
  const auto& media = offer_->agreed();
  auto conversation = Conversation::create(script_, media, *this);
  if (!conversation) {
    log::error("call {}: {}", index_, conversation.error().what);
    return hang_up("failed");
  }
  conversation_ = std::move(*conversation);
  rtp_->set_remote(offer_->remote_host(), offer_->remote_port());
  event("media", Clock::now(),
        {{"codec", codec_name(media.codec)},
         {"telephone_events", media.event_type.has_value()},
         {"remote", fmt::format("{}:{}", offer_->remote_host(), offer_->remote_port())}});
  if (const auto& folder = owner_.options().recordings) {
    const auto path = *folder / fmt::format("phone-{}-{}.wav", utc_stamp(), index_);
    auto recorder = audio::StereoRecorder::create(path, conversation_->rate());
    if (recorder) {
      recorder_ = std::move(*recorder);
      recording_ = path.string();
    } else {
      log::error("call {}: no recording: {}", index_, recorder.error().what);
    }
  }
  tick();
}

/// Sends what is due by the monotonic clock, however late the timer came, and arms the timer for the next packet.
void PhoneCall::tick() {
  const TimePoint now = Clock::now();
  const auto due = static_cast<std::uint64_t>(since_answer(now).count()) / kPacketMs + 1;
  if (due > ticks_ + kMostCatchUp) {
    const std::uint64_t lost = due - ticks_ - 1;
    conversation_->skip(static_cast<std::uint32_t>(lost));
    ticks_ += lost;
    log::warn("call {}: {} packets late, skipped", index_, lost);
  }
  for (; ticks_ < due; ++ticks_) {
    const auto packet = conversation_->tick(since_answer(now));
    rtp_->send(packet);
    record(audio::StereoRecorder::Side::kRight, milliseconds(ticks_ * kPacketMs), packet.audio);
  }
  if (wants_to_hang_up_) return hang_up("scenario");
  const auto next = answered_at_ + milliseconds(ticks_ * kPacketMs);
  const auto wait = std::chrono::ceil<milliseconds>(next - Clock::now()).count();
  tmr_start(&timer_, static_cast<std::uint64_t>(std::max<std::int64_t>(0, wait)), &PhoneCall::tick_timer, this);
}

void PhoneCall::rtp_received(const VoiceReceiver::Header& header, std::span<const std::uint8_t> payload) {
  if (!conversation_) return;
  const auto now = since_answer(Clock::now());
  record(audio::StereoRecorder::Side::kLeft, now, conversation_->packet(now, header, payload));
}

void PhoneCall::record(audio::StereoRecorder::Side side, milliseconds at, std::span<const Sample> audio) {
  if (!recorder_ || audio.empty()) return;
  if (const auto done = recorder_->push(side, at, audio); !done) {
    log::error("call {}: the recording ends here: {}", index_, done.error().what);
    recorder_.reset();
  }
}

void PhoneCall::referred(const sip_msg& refer) {
  const Transfer plan = script_->scenario.transfer;
  if (!referral_) referral_ = std::make_unique<Referral>(plan, [this] { referral_settled(); });
  const auto target = referral_->take(*owner_.stack(), *owner_.events(), *session_, refer);
  if (!target) return log::warn("call {}: {}", index_, target.error().what);
  event("refer", Clock::now(), {{"to", *target}});
}

void PhoneCall::referral_settled() {
  const Transfer plan = script_->scenario.transfer;
  if (plan == Transfer::kHangsUp) return hang_up("referred");
  event("refer_settled", Clock::now(), {{"connected", plan == Transfer::kConnects}});
}

void PhoneCall::hang_up(std::string_view why) {
  if (state_ == State::kOver) return;
  if (state_ == State::kAnswered) {
    event("bye", Clock::now(), {{"by", "phone"}, {"why", why}});
    return finish("answered", {{"ended_by", "phone"}});  // Letting the session go sends the BYE.
  }
  if (session_) sipsess_reject(session_.get(), 480, "Temporarily Unavailable", nullptr);
  finish("rejected", {{"status", 480}, {"reason", "Temporarily Unavailable"}, {"ended_by", "phone"}});
}

void PhoneCall::finish(std::string_view outcome, Json fields) {
  if (state_ == State::kOver) return;
  tmr_cancel(&timer_);
  fields["outcome"] = outcome;
  const TimePoint now = Clock::now();
  if (state_ == State::kAnswered) fields["talked_ms"] = since_answer(now).count();
  state_ = State::kOver;
  if (conversation_) {
    fields.update(conversation_->summary());
    fields["codec"] = codec_name(offer_->agreed().codec);
  }
  if (recorder_) {
    if (const auto done = recorder_->close(); !done) log::error("call {}: {}", index_, done.error().what);
    fields["recording"] = recording_;
  }
  event("summary", now, std::move(fields));
  log::info("call {}: over ({})", index_, outcome);
  owner_.ended(*this);
}

int PhoneCall::offered(mbuf** answer, const sip_msg* invite, void* self) {
  auto& call = *static_cast<PhoneCall*>(self);
  const bool brings_offer = mbuf_get_left(invite->mb) > 0;
  if (brings_offer) {
    if (const auto ok = call.offer_->read(*invite->mb, true); !ok) return EPROTO;
    call.rtp_->set_remote(call.offer_->remote_host(), call.offer_->remote_port());
  }
  auto description = call.offer_->write(!brings_offer);
  if (!description) return ENOMEM;
  call.event("reinvite", Clock::now(), Json::object());
  *answer = description->release();
  return 0;
}

int PhoneCall::answered(const sip_msg* ack, void* self) {
  auto& call = *static_cast<PhoneCall*>(self);
  if (const auto ok = call.offer_->read(*ack->mb, false); !ok) return EPROTO;
  if (!call.conversation_) {
    call.start_media();
  } else {
    call.rtp_->set_remote(call.offer_->remote_host(), call.offer_->remote_port());
  }
  return 0;
}

void PhoneCall::established(const sip_msg* /*ack*/, void* self) {
  static_cast<PhoneCall*>(self)->event("ack", Clock::now(), Json::object());
}

void PhoneCall::referred(sip* /*stack*/, const sip_msg* refer, void* self) {
  static_cast<PhoneCall*>(self)->referred(*refer);
}

void PhoneCall::closed(int error, const sip_msg* /*message*/, void* self) {
  auto& call = *static_cast<PhoneCall*>(self);
  if (call.state_ == State::kRinging) {
    call.event("cancel", Clock::now(), Json::object());
    return call.finish("canceled", Json::object());
  }
  if (error == ETIMEDOUT) {
    call.event("lost", Clock::now(), {{"why", "the caller no longer answers"}});
    return call.finish("lost", Json::object());
  }
  call.event("bye", Clock::now(), {{"by", "caller"}});
  call.finish("answered", {{"ended_by", "caller"}});
}

}  // namespace call_agent::phone
