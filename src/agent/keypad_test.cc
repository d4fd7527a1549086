#include "agent/keypad.h"

#include <gtest/gtest.h>

#include "agent/session_fakes.h"
#include "core/task_group.h"

namespace call_agent::agent {
namespace {

/// A line on which every key takes its time.
class SlowMedia final : public FakeMedia {
 public:
  using FakeMedia::FakeMedia;
  awaitable<Result<void>> send_dtmf(std::string_view more) override {
    for (const char digit : std::string(more)) {
      co_await asio::post(asio::use_awaitable);  // Others get a turn between two keys.
      digits += digit;
      pressed_at.push_back(Clock::now());
    }
    co_return Result<void>{};
  }
  std::vector<TimePoint> pressed_at;
};

struct KeypadTest : testing::Test {
  asio::io_context io{1};
  SlowMedia media{io.get_executor()};
  Keypad keypad{io.get_executor(), media};
  TaskGroup tasks{io.get_executor()};
  std::vector<Result<void>> results;

  awaitable<void> press(std::string digits) { results.push_back(co_await keypad.press(std::move(digits))); }
};

TEST_F(KeypadTest, RowsAskedForAtOnceArePressedOneAfterTheOtherWithAGap) {
  for (const auto* digits : {"12", "34", "5"}) tasks.spawn(press(digits));
  io.run();
  EXPECT_EQ(media.digits, "12345");
  ASSERT_EQ(media.pressed_at.size(), 5U);
  EXPECT_GE(media.pressed_at[2] - media.pressed_at[1], milliseconds{300});
  EXPECT_GE(media.pressed_at[4] - media.pressed_at[3], milliseconds{300});
}

TEST_F(KeypadTest, OneThatIsGivenUpDoesNotHoldUpTheNext) {
  tasks.spawn(press("1w2"));
  const auto given_up = tasks.spawn(press("34"));
  tasks.spawn(press("5"));
  io.poll();
  tasks.cancel(given_up);
  io.run();
  EXPECT_EQ(media.digits, "125");
}

TEST_F(KeypadTest, WhatIsNoKeyIsRefusedAndPressesNothing) {
  tasks.spawn(press("1x"));
  io.run();
  EXPECT_EQ(results.at(0).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(media.digits, "");
}

}  // namespace
}  // namespace call_agent::agent
