#include "app/worker/call_commands.h"

#include <gtest/gtest.h>

namespace call_agent::app {
namespace {

using Fate = calls::CommandResult::Fate;
using livekit::api::TwirpError;

TEST(TransferFailed, WhatThePhoneNetworkRefusedHadNoEffect) {
  const auto result = transfer_failed(TwirpError{.error = {Errc::kUnavailable, "sip"},
                                                 .code = "unavailable",
                                                 .http_status = 503,
                                                 .sip_status_code = 603,
                                                 .sip_status = "Decline"});
  EXPECT_EQ(result.fate, Fate::kFailed);
  EXPECT_EQ(result.detail, "the phone network refused the transfer: SIP 603 Decline");
}

TEST(TransferFailed, WhatLiveKitRefusedHadNoEffect) {
  EXPECT_EQ(
      transfer_failed({.error = {Errc::kNotFound, "no such participant"}, .code = "not_found", .http_status = 404})
          .fate,
      Fate::kFailed);
  EXPECT_EQ(transfer_failed({.error = {Errc::kInvalidArgument, "transfer target is not a URI"}}).fate, Fate::kFailed);
}

TEST(TransferFailed, WithoutAWordOrInTimeNobodyKnows) {
  EXPECT_EQ(transfer_failed({.error = {Errc::kDeadline, "too late"}}).fate, Fate::kUnknown);
  EXPECT_EQ(transfer_failed({.error = {Errc::kUnavailable, "the connection broke"}}).fate, Fate::kUnknown);
  EXPECT_EQ(
      transfer_failed({.error = {Errc::kDeadline, "timeout"}, .code = "deadline_exceeded", .http_status = 408}).fate,
      Fate::kUnknown);
  EXPECT_EQ(transfer_failed({.error = {Errc::kInternal, "x"}, .code = "internal", .http_status = 500}).fate,
            Fate::kUnknown);
}

}  // namespace
}  // namespace call_agent::app
