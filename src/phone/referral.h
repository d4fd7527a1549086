#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "phone/re.h"
#include "phone/scenario.h"

namespace call_agent::phone {

/// The URI of a Refer-To header (RFC 3515, section 2.1): "tel:+442079460107" of "<tel:+442079460107>;x=y". Pure. Empty
/// if there is none.
std::string refer_target(std::string_view header);

/// Requests to be connected with somebody else (REFER), taken as the scenario says, their outcome told by NOTIFY.
/// Nobody is called: the phone only says that it has. Lives on the phone's thread, no longer than its call.
class Referral {
 public:
  /// `settled`: an outcome has been told; never called from within take().
  Referral(Transfer plan, std::function<void()> settled);
  ~Referral();
  Referral(const Referral&) = delete;
  Referral& operator=(const Referral&) = delete;

  /// Answers a REFER that came in the dialog of `session`; returns its target.
  /// Errors: kInvalidArgument (answered with 400), kConflict (491: another is under way), kInternal (500).
  Result<std::string> take(sip& stack, sipevent_sock& events, const sipsess& session, const sip_msg& refer);

 private:
  static void settle(void* self);
  static void closed(int error, const sip_msg* message, void* self);

  const Transfer plan_;
  const std::function<void()> settled_;
  bool open_ = false;
  RePtr<sipnot> notifier_;
  tmr timer_{};
};

}  // namespace call_agent::phone
