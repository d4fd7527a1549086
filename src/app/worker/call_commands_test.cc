#include "app/worker/call_commands.h"

#include <gtest/gtest.h>

#include "calls/memory_store.h"
#include "core/test_run.h"

namespace call_agent::app {
namespace {

using calls::Command;
using Fate = calls::CommandResult::Fate;
using livekit::api::TwirpError;
using livekit::api::TwirpResult;

calls::CommandResult refused(TwirpError error) {
  return transfer_result(TwirpResult<void>(std::unexpected(std::move(error))), false);
}

TEST(TransferResult, WhatThePhoneNetworkRefusedHadNoEffect) {
  const auto result = refused({.error = {Errc::kUnavailable, "sip"},
                               .code = "unavailable",
                               .http_status = 503,
                               .sip_status_code = 603,
                               .sip_status = "Decline"});
  EXPECT_EQ(result.fate, Fate::kFailed);
  EXPECT_EQ(result.detail, "the phone network refused the transfer: SIP 603 Decline");
}

TEST(TransferResult, WhatLiveKitRefusedHadNoEffect) {
  EXPECT_EQ(refused({.error = {Errc::kNotFound, "no such participant"}, .code = "not_found", .http_status = 404}).fate,
            Fate::kFailed);
  EXPECT_EQ(refused({.error = {Errc::kInvalidArgument, "transfer target is not a URI"}}).fate, Fate::kFailed);
}

TEST(TransferResult, WithoutAWordOrInTimeNobodyKnows) {
  EXPECT_EQ(refused({.error = {Errc::kDeadline, "too late"}}).fate, Fate::kUnknown);
  EXPECT_EQ(refused({.error = {Errc::kUnavailable, "the connection broke"}}).fate, Fate::kUnknown);
  EXPECT_EQ(refused({.error = {Errc::kDeadline, "timeout"}, .code = "deadline_exceeded", .http_status = 408}).fate,
            Fate::kUnknown);
  EXPECT_EQ(refused({.error = {Errc::kInternal, "x"}, .code = "internal", .http_status = 500}).fate, Fate::kUnknown);
}

TEST(TransferResult, ASuccessOfACallThatWasOverBeforeItWasConfirmedIsNone) {
  EXPECT_EQ(transfer_result(TwirpResult<void>{}, false).fate, Fate::kDone);
  EXPECT_EQ(transfer_result(TwirpResult<void>{}, true).fate, Fate::kUnknown);
  EXPECT_EQ(transfer_result(std::nullopt, true).fate, Fate::kUnknown);
}

struct CallCommandsTest : testing::Test {
  CallCommandsTest() {
    store.calls["call_1"].call_id = "call_1";
    for (const auto kind : {Command::Kind::kDtmf, Command::Kind::kHangUp}) {
      EXPECT_TRUE(test::run_on(io, store.send({.call_id = "call_1", .kind = kind, .text = "1"})));
    }
  }
  std::optional<Fate> fate_of(std::int64_t seq) {
    const auto status = test::run_on(io, store.command_status(seq));
    return status && status->result ? std::optional(status->result->fate) : std::nullopt;
  }

  asio::io_context io{1};
  calls::MemoryStore store;
  std::unique_ptr<livekit::api::TwirpClient> twirp = std::move(*livekit::api::TwirpClient::create(
      io.get_executor(), {.url = "ws://127.0.0.1:1", .key = {.key = "key", .secret = std::string(32, 's')}}));
  livekit::api::SipService sip{*twirp};
  const calls::JobMetadata job;
  CallCommands commands{io.get_executor(), store, sip, job};
};

TEST_F(CallCommandsTest, ThoseOfACallThatCameToNoConversationHaveAResultAllTheSame) {
  auto taken = test::run_on(io, store.take_commands({"call_1"}));
  ASSERT_EQ(taken->size(), 2U);
  const auto dtmf = taken->front().seq, hang_up = taken->back().seq;
  for (auto& command : *taken) EXPECT_TRUE(commands.push(std::move(command)));
  EXPECT_EQ(fate_of(dtmf), std::nullopt);
  test::run_on(io, commands.refuse());
  EXPECT_EQ(fate_of(dtmf), Fate::kFailed);
  EXPECT_EQ(fate_of(hang_up), Fate::kDone) << "nobody is on the line";
}

TEST_F(CallCommandsTest, OneThatComesAfterTheConversationIsRefused) {
  commands.close();
  const auto late = commands.push({.seq = 3, .kind = Command::Kind::kDtmf, .text = "2"});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::kCancelled);
}

TEST_F(CallCommandsTest, MoreThanTheAgentCanCarryOutAreRefused) {
  for (int i = 0; i < calls::kMostCommands; ++i) EXPECT_TRUE(commands.push({.seq = i}));
  EXPECT_EQ(commands.push({.seq = 100}).error().code, Errc::kOverloaded);
}

}  // namespace
}  // namespace call_agent::app
