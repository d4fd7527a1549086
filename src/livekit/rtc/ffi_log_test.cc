#include "livekit/rtc/ffi_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "core/log.h"
#include "ffi.pb.h"

namespace call_agent::livekit::rtc {
namespace {

namespace proto = ::livekit::proto;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kRoomToken = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJrZXkifQ.c2lnbmF0dXJl";

struct FfiLog : testing::Test {
  void TearDown() override { log::set_level(log::Level::kInfo); }

  static void add(proto::LogBatch& batch, proto::LogLevel level, const std::string& message) {
    auto& record = *batch.add_records();
    record.set_level(level);
    record.set_target("livekit::room");
    record.set_message(message);
  }

  /// What our log has of a record of the library, without its time.
  static std::string logged(proto::LogLevel level, const std::string& message) {
    proto::LogBatch batch;
    add(batch, level, message);
    const std::string line = written([&] { log_records(batch); });
    return line.substr(std::min(line.find(' '), line.size()));
  }

  static std::string written(const std::function<void()>& work) {
    testing::internal::CaptureStderr();
    work();
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(FfiLog, WhatTheLibraryCallsAnErrorIsOurWarning) {
  EXPECT_EQ(logged(proto::LOG_ERROR, "negotiation failed"), " warn  livekit_ffi: livekit::room: negotiation failed\n");
  EXPECT_EQ(logged(proto::LOG_WARN, "slow"), " warn  livekit_ffi: livekit::room: slow\n");
}

TEST_F(FfiLog, ItsInfoShowsOnlyWhileDebuggingAndItsDetailNever) {
  EXPECT_EQ(logged(proto::LOG_INFO, "connected"), "");
  log::set_level(log::Level::kDebug);
  EXPECT_EQ(logged(proto::LOG_INFO, "connected"), " debug livekit_ffi: livekit::room: connected\n");
  EXPECT_EQ(logged(proto::LOG_DEBUG, "ice candidates"), "");
  EXPECT_EQ(logged(proto::LOG_TRACE, "packet"), "");
}

TEST_F(FfiLog, AnErrorOnlyLogShowsNothingButAPanic) {
  log::set_level(log::Level::kError);
  EXPECT_EQ(logged(proto::LOG_ERROR, "negotiation failed"), "");
  proto::Panic panic;
  panic.set_message("index out of bounds");
  EXPECT_THAT(written([&] { log_panic(panic); }), HasSubstr("error livekit_ffi PANICKED"));
}

TEST_F(FfiLog, AHandleDroppedTwiceAtAHangUpWarnsNobody) {
  EXPECT_EQ(logged(proto::LOG_ERROR, "Attempted to drop unknown FFI handle 7"), "");
  EXPECT_THAT(logged(proto::LOG_ERROR, "cannot: Attempted to drop unknown FFI handle 7"), HasSubstr(" warn "));
}

TEST_F(FfiLog, NoSecretGetsThrough) {
  const std::string message = std::string("GET /rtc?access_token=hush failed: invalid token: ") + kRoomToken;
  EXPECT_THAT(logged(proto::LOG_ERROR, message),
              EndsWith("GET /rtc?access_token=<redacted> failed: invalid token: <redacted>\n"));
  proto::Panic panic;
  panic.set_message(message);
  EXPECT_THAT(written([&] { log_panic(panic); }), testing::AllOf(HasSubstr("<redacted>"), Not(HasSubstr("eyJ"))));
}

TEST_F(FfiLog, ARecordOfSeveralLinesIsOneOfOurs) {
  EXPECT_THAT(logged(proto::LOG_WARN, "v=0\r\na=ice-pwd:hush\r\n\x1b[2J"),
              EndsWith(": v=0\\x0d\\x0aa=ice-pwd:<redacted>\\x0d\\x0a\\x1b[2J\n"));
}

TEST_F(FfiLog, ABatchKeepsItsOrderAndWhatShows) {
  proto::LogBatch batch;
  add(batch, proto::LOG_WARN, "first");
  add(batch, proto::LOG_TRACE, "between");
  add(batch, proto::LOG_ERROR, "last");
  const std::string lines = written([&] { log_records(batch); });
  EXPECT_THAT(lines, testing::ContainsRegex("first\n[^\n]*last\n$"));
  EXPECT_THAT(lines, Not(HasSubstr("between")));
}

}  // namespace
}  // namespace call_agent::livekit::rtc
