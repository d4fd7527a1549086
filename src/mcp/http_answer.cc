#include "mcp/http_answer.h"

#include <algorithm>
#include <utility>

namespace call_agent::mcp {
namespace {

// A comment now and then keeps proxies from ending a quiet stream, and finds out that a client has gone.
constexpr milliseconds kHeartbeat{15'000};

std::string as_events(std::string_view messages) {
  std::string out;
  out.reserve(messages.size() + 32);
  while (!messages.empty()) {
    const auto end = std::min(messages.find('\n'), messages.size());
    out.append("event: message\ndata: ").append(messages.substr(0, end)).append("\n\n");
    messages.remove_prefix(std::min(end + 1, messages.size()));
  }
  return out;
}

}  // namespace

void HttpAnswer::send(std::string messages) {
  if (messages.empty() || overrun_) return;
  overrun_ = unsent_.size() + messages.size() > kMostUnsent;
  if (overrun_) {
    unsent_.clear();
  } else {
    unsent_ += messages;
  }
  changed_.notify();
}

awaitable<void> HttpAnswer::drained() {
  while (congested() && !overrun_) {
    co_await sent_.wait();
    if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) co_return;
  }
}

void HttpAnswer::finish() {
  finished_ = true;
  changed_.notify();
}

awaitable<void> HttpAnswer::transmit(std::function<int()> status) {
  while (true) {
    // Also before waiting: what was cancelled in the middle of a write is not woken again.
    if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) co_return;
    const bool one = std::ranges::count(unsent_, '\n') <= 1;
    if (finished_ && one && !streaming_ && !reply_.begun()) {
      if (!unsent_.empty()) unsent_.pop_back();
      net::ServerResponse response{
          .status = unsent_.empty() ? 202 : status(), .headers = headers_, .body = std::move(unsent_)};
      if (!response.body.empty()) response.headers.push_back({"Content-Type", "application/json"});
      co_await reply_.send(std::move(response));
      co_return;
    }
    // One message that is not the last, or one of several: the answer becomes a stream.
    const bool due = !unsent_.empty() || (streaming_ && !reply_.begun());
    if (due && !co_await send_events()) co_return;
    if (overrun_ || (finished_ && unsent_.empty() && reply_.begun())) co_return;
    if (finished_ || !unsent_.empty()) continue;  // That came during the write, when nobody waited for it.
    const auto heartbeat = Deadline::after(kHeartbeat);
    co_await changed_.wait(reply_.begun() ? heartbeat : Deadline::never());
    if (reply_.begun() && unsent_.empty() && heartbeat.passed() && !co_await reply_.write(":\n\n")) co_return;
  }
}

awaitable<bool> HttpAnswer::send_events() {
  streaming_ = true;
  if (!reply_.begun()) {
    auto headers = headers_;
    headers.push_back({"Content-Type", "text/event-stream"});
    headers.push_back({"Cache-Control", "no-cache"});
    headers.push_back({"X-Accel-Buffering", "no"});  // nginx would hold the events back.
    if (!co_await reply_.begin(200, std::move(headers))) co_return false;
  }
  const std::string messages = std::exchange(unsent_, {});
  sent_.notify();
  const auto written = co_await reply_.write(as_events(messages));
  co_return written.has_value();
}

}  // namespace call_agent::mcp
