#include "phone/referral.h"

#include <fmt/format.h>

#include <utility>

namespace call_agent::phone {
namespace {

constexpr std::uint64_t kSettlesAfterMs = 300;
constexpr std::uint32_t kSubscriptionSeconds = 60;

void tell(sipnot* notifier, sipevent_subst state, const char* status) {
  sipevent_notifyf(notifier, nullptr, state, SIPEVENT_NORESOURCE, 0, "SIP/2.0 %s\r\n", status);
}

}  // namespace

std::string refer_target(std::string_view header) {
  const auto open = header.find('<');
  if (open != header.npos) {
    const auto close = header.find('>', open);
    return close == header.npos ? std::string() : std::string(header.substr(open + 1, close - open - 1));
  }
  // Without brackets, parameters belong to the header, not to the URI.
  const auto bare = header.substr(0, header.find(';'));
  const auto last = bare.find_last_not_of(" \t");
  return last == bare.npos ? std::string() : std::string(bare.substr(0, last + 1));
}

Referral::Referral(Transfer plan, std::function<void()> settled) : plan_(plan), settled_(std::move(settled)) {
  tmr_init(&timer_);
}

Referral::~Referral() {
  tmr_cancel(&timer_);
}

Result<std::string> Referral::take(sip& stack, sipevent_sock& events, const sipsess& session, const sip_msg& refer) {
  if (open_) {
    sip_reply(&stack, &refer, 491, "Request Pending");
    return fail(Errc::kConflict, "another transfer is under way");
  }
  const sip_hdr* header = sip_msg_hdr(&refer, SIP_HDR_REFER_TO);
  auto target = header == nullptr ? std::string() : refer_target(view(header->val));
  if (target.empty()) {
    sip_reply(&stack, &refer, 400, "Bad Refer-To");
    return fail(Errc::kInvalidArgument, "the REFER does not say where to");
  }
  if (plan_ == Transfer::kRefuses) {
    sip_reply(&stack, &refer, 603, "Decline");
    return target;
  }
  sipnot* notifier = nullptr;
  const int error = sipevent_accept(&notifier, &events, &refer, sipsess_dialog(&session), nullptr, 202, "Accepted",
                                    kSubscriptionSeconds, kSubscriptionSeconds, kSubscriptionSeconds, "phone",
                                    "message/sipfrag", nullptr, nullptr, false, &Referral::closed, this, nullptr);
  if (error != 0) {
    sip_reply(&stack, &refer, 500, "Server Error");
    return fail(Errc::kInternal, fmt::format("the REFER cannot be accepted: {}", re_reason(error)));
  }
  notifier_.reset(notifier);
  open_ = true;
  tell(notifier, SIPEVENT_ACTIVE, "100 Trying");
  if (plan_ != Transfer::kNeverSays) tmr_start(&timer_, kSettlesAfterMs, &Referral::settle, this);
  return target;
}

void Referral::settle(void* self) {
  auto& referral = *static_cast<Referral*>(self);
  referral.open_ = false;
  const char* status = referral.plan_ == Transfer::kFails ? "486 Busy Here" : "200 OK";
  if (referral.notifier_ && referral.plan_ != Transfer::kHangsUp) {
    tell(referral.notifier_.get(), SIPEVENT_TERMINATED, status);
    referral.notifier_.reset();
  }
  referral.settled_();  // May end the call, and this with it.
}

// The other side did not want to know: the subscription is over.
void Referral::closed(int /*error*/, const sip_msg* /*message*/, void* self) {
  static_cast<Referral*>(self)->notifier_.reset();
}

}  // namespace call_agent::phone
