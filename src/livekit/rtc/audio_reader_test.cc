#include "livekit/rtc/audio_reader.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "core/test_run.h"

namespace call_agent::livekit::rtc {
namespace {

using Frame = std::array<std::int16_t, 320>;

Frame frame_of(std::int16_t value) {
  Frame frame;
  frame.fill(value);
  return frame;
}

awaitable<void> in_order() {
  const auto reader = std::make_shared<AudioReader>(co_await asio::this_coro::executor);
  std::thread library([&] {
    for (std::int16_t i = 0; i < 10; ++i) reader->push(frame_of(i));
  });
  for (std::int16_t i = 0; i < 10; ++i) {
    const auto frame = co_await reader->read();
    EXPECT_TRUE(frame.has_value());
    EXPECT_EQ(frame->front(), i);
  }
  library.join();
  EXPECT_EQ(reader->frames_in(), 10U);
  EXPECT_EQ(reader->dropped(), 0U);
}
TEST(AudioReader, FramesOfAnotherThreadComeInOrder) {
  test::run(in_order());
}

awaitable<void> oldest_dropped() {
  const auto reader = std::make_shared<AudioReader>(co_await asio::this_coro::executor);
  for (std::int16_t i = 0; i < 53; ++i) reader->push(frame_of(i));
  EXPECT_EQ(reader->dropped(), 3U);
  const auto frame = co_await reader->read();
  EXPECT_EQ(frame->front(), 3) << "the oldest second is kept, counted from the newest";
}
TEST(AudioReader, NobodyReadingDropsTheOldestAndCounts) {
  test::run(oldest_dropped());
}

awaitable<void> closed() {
  const auto executor = co_await asio::this_coro::executor;
  const auto reader = std::make_shared<AudioReader>(executor);
  asio::post(executor, [reader] { reader->close(); });
  EXPECT_FALSE((co_await reader->read()).has_value());
  reader->push(frame_of(1));
  EXPECT_FALSE((co_await reader->read()).has_value());
}
TEST(AudioReader, CloseEndsAPendingRead) {
  test::run(closed());
}

}  // namespace
}  // namespace call_agent::livekit::rtc
