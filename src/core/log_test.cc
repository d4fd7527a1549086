#include "core/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace call_agent {
namespace {

using testing::HasSubstr;

std::string logged(const std::function<void()>& work) {
  testing::internal::CaptureStderr();
  work();
  return testing::internal::GetCapturedStderr();
}

struct LogTest : testing::Test {
  void TearDown() override { log::set_level(log::Level::kInfo); }
};

TEST_F(LogTest, WritesOneLineARecordWithTimeAndLevel) {
  const auto line = logged([] { log::warn("queue {} is full", 3); });
  EXPECT_THAT(line, testing::MatchesRegex("[0-9-]+T[0-9:.]+Z warn  queue 3 is full\n"));
}

TEST_F(LogTest, BelowTheLevelNothingIsWritten) {
  EXPECT_EQ(logged([] { log::debug("detail"); }), "");
  log::set_level(log::Level::kDebug);
  EXPECT_THAT(logged([] { log::debug("detail"); }), HasSubstr("debug detail"));
}

TEST_F(LogTest, ACallersWordsCannotForgeARecord) {
  const auto line = logged([] { log::info("said: {}", std::string_view("a\nerror\x1b[2J\0b", 13)); });
  EXPECT_THAT(line, HasSubstr("a\\x0aerror\\x1b[2J\\x00b\n"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

TEST_F(LogTest, NumbersAreRedactedUnlessDebugging) {
  EXPECT_EQ(log::redact_number("+442079460123"), "+44…0123");
  EXPECT_EQ(log::redact_number("911"), "…");
  EXPECT_EQ(log::redact_number(""), "…");
  log::set_level(log::Level::kDebug);
  EXPECT_EQ(log::redact_number("+442079460123"), "+442079460123");
}

}  // namespace
}  // namespace call_agent
