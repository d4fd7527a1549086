#include "app/dial_outcome.h"

#include <fmt/format.h>

#include <algorithm>

namespace call_agent::app {
namespace {

using calls::DialResult;
using calls::Outcome;
using livekit::api::TwirpError;

struct SipMeaning {
  int status;
  Outcome outcome;
  std::string_view words;
};
/// RFC 3261, section 21, as carriers use it; every other failure is the trunk's.
constexpr SipMeaning kSipMeanings[] = {
    {404, Outcome::kInvalidNumber, "the number does not exist"},
    {408, Outcome::kNoAnswer, "the phone could not be reached in time"},
    {410, Outcome::kInvalidNumber, "the number is no longer in use"},
    {429, Outcome::kRateLimited, "the carrier takes no more calls from us for now"},
    {480, Outcome::kNoAnswer, "the phone cannot be reached at present"},
    {484, Outcome::kInvalidNumber, "the number is incomplete"},
    {486, Outcome::kBusy, "busy"},
    {487, Outcome::kNoAnswer, "nobody answered"},
    {600, Outcome::kBusy, "busy"},
    {603, Outcome::kDeclined, "the call was declined"},
    {604, Outcome::kInvalidNumber, "the number does not exist"},
    {607, Outcome::kDeclined, "the call was declined as unwanted"},
    {608, Outcome::kDeclined, "the call was declined by the network"},
};

DialResult from_sip(int status, const std::string& words, const std::string& trunk_id) {
  const auto* known = std::ranges::find(kSipMeanings, status, &SipMeaning::status);
  if (known != std::end(kSipMeanings)) {
    return {
        .outcome = known->outcome, .detail = fmt::format("{} (SIP {})", known->words, status), .sip_status = status};
  }
  std::string detail = fmt::format("trunk {} failed: SIP {} {}", trunk_id, status, words);
  if (status == 401 || status == 403 || status == 407) {
    detail += ": check the trunk's user, password and numbers (SIP_OUTBOUND_TRUNK_ID)";
  }
  return {.outcome = Outcome::kTrunkError, .detail = std::move(detail), .sip_status = status};
}

}  // namespace

Result<DialResult> dial_outcome(const TwirpError& error, const std::string& trunk_id) {
  const auto failed = [](Outcome outcome, std::string detail) {
    return DialResult{.outcome = outcome, .detail = std::move(detail)};
  };
  if (error.sip_status_code) return from_sip(*error.sip_status_code, error.sip_status, trunk_id);
  if (error.code == "canceled") return failed(Outcome::kNoAnswer, "nobody answered");
  if (error.code == "not_found") {
    return failed(Outcome::kTrunkError, fmt::format("trunk {} unknown: check SIP_OUTBOUND_TRUNK_ID", trunk_id));
  }
  if (error.code == "failed_precondition") {
    return failed(
        Outcome::kTrunkError,
        fmt::format("trunk {} cannot be reached: check its address and transport (SIP_OUTBOUND_TRUNK_ID)", trunk_id));
  }
  if (error.error.code == Errc::kPermission) {
    return failed(Outcome::kTrunkError, "LiveKit refused the dial: check LIVEKIT_API_KEY and LIVEKIT_API_SECRET");
  }
  if (error.code == "unavailable") {
    // What livekit-server says of a livekit-sip that takes no more calls, and of one that is not there.
    return failed(Outcome::kRateLimited,
                  fmt::format("LiveKit cannot place another call now: {}: is livekit-sip running, or at its CPU limit?",
                              error.error.what));
  }
  if (error.code == "resource_exhausted") {
    return failed(Outcome::kRateLimited, fmt::format("LiveKit cannot place another call now: {}", error.error.what));
  }
  // Refused by LiveKit or, before anything was sent, by our own check.
  if (error.error.code == Errc::kInvalidArgument) return failed(Outcome::kInvalidNumber, error.error.what);
  return std::unexpected(error.error);
}

}  // namespace call_agent::app
