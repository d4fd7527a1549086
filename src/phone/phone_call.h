#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "audio/stereo_recorder.h"
#include "phone/conversation.h"
#include "phone/event_log.h"
#include "phone/media_offer.h"
#include "phone/phone.h"
#include "phone/re.h"
#include "phone/referral.h"
#include "phone/rtp_leg.h"

namespace call_agent::phone {

/// One call, from its INVITE to its end. Lives on the phone's thread.
class PhoneCall final : private Conversation::Observer {
 public:
  /// What it needs of the telephone it belongs to.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual const PhoneOptions& options() const = 0;
    virtual EventLog& log() = 0;
    virtual sip* stack() = 0;
    virtual sipsess_sock* sessions() = 0;
    virtual sipevent_sock* events() = 0;
    /// The call is over. It must not be destroyed before this returns.
    virtual void ended(PhoneCall& call) = 0;
  };

  PhoneCall(Owner& owner, int index, std::shared_ptr<const Script> script);
  ~PhoneCall() override;
  PhoneCall(const PhoneCall&) = delete;
  PhoneCall& operator=(const PhoneCall&) = delete;

  /// Takes the INVITE: refuses it or begins to ring.
  void invited(const sip_msg& invite);
  /// Ends it from this side: BYE, or 480 if it still rings.
  void hang_up(std::string_view why);
  bool over() const { return state_ == State::kOver; }
  int index() const { return index_; }

 private:
  enum class State : std::uint8_t { kNew, kRinging, kAnswered, kOver };

  void refuse(const sip_msg& invite, std::uint16_t status, const char* reason);
  void ring(const sip_msg& invite, milliseconds length);
  void ringing_over();
  void answer();
  void start_media();
  void tick();
  void referred(const sip_msg& refer);
  void referral_settled();
  void finish(std::string_view outcome, Json fields);

  void event(std::string_view name, TimePoint at, Json fields);
  milliseconds since_answer(TimePoint now) const;
  void happened(std::string_view name, milliseconds at, Json fields) override;
  void wants_to_hang_up() override { wants_to_hang_up_ = true; }

  void rtp_received(const VoiceReceiver::Header& header, std::span<const std::uint8_t> payload);
  void record(audio::StereoRecorder::Side side, milliseconds at, std::span<const Sample> audio);

  // libre's callbacks; `self` is this.
  static int offered(mbuf** answer, const sip_msg* invite, void* self);
  static int answered(const sip_msg* ack, void* self);
  static void established(const sip_msg* ack, void* self);
  static void closed(int error, const sip_msg* message, void* self);
  static void referred(sip* stack, const sip_msg* refer, void* self);
  static void ring_timer(void* self) { static_cast<PhoneCall*>(self)->ringing_over(); }
  static void tick_timer(void* self) { static_cast<PhoneCall*>(self)->tick(); }

  Owner& owner_;
  const int index_;
  std::shared_ptr<const Script> script_;
  Answer plan_ = Answer::kAnswers;
  State state_ = State::kNew;
  TimePoint invited_at_;
  std::string called_;

  RePtr<sipsess> session_;
  std::unique_ptr<Referral> referral_;
  tmr timer_{};
  std::optional<MediaOffer> offer_;
  bool has_offer_ = false;  ///< The INVITE brought one; else ours goes out in the 200.
  std::unique_ptr<RtpLeg> rtp_;
  std::unique_ptr<Conversation> conversation_;
  std::optional<audio::StereoRecorder> recorder_;
  std::string recording_;
  TimePoint answered_at_;
  std::uint64_t ticks_ = 0;
  bool wants_to_hang_up_ = false;
};

}  // namespace call_agent::phone
