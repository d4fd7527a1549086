#include "core/clock.h"

#include <fmt/chrono.h>

#include <algorithm>

namespace call_agent {

std::int64_t unix_ms() {
  return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string rfc3339(std::int64_t unix_milliseconds) {
  const auto seconds = static_cast<std::time_t>(unix_milliseconds / 1000);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03d}Z", fmt::gmtime(seconds), unix_milliseconds % 1000);
}

milliseconds Deadline::left() const {
  const auto now = Clock::now();
  if (at_ <= now) return milliseconds{0};
  const auto most = std::chrono::hours(24);
  return std::chrono::ceil<milliseconds>(std::min<Clock::duration>(at_ - now, most));
}

awaitable<void> sleep_until(TimePoint at) {
  asio::steady_timer timer(co_await asio::this_coro::executor, at);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

awaitable<void> sleep_for(milliseconds time) {
  return sleep_until(Clock::now() + time);
}

}  // namespace call_agent
