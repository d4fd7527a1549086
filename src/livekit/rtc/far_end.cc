// The other participant of livekit_rtc_stack_test, in a process of its own, so that its memory is not the agent's.
// For each line of standard input, a room: joins it as "callee", publishes, and stays until removed.
#include <unistd.h>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "core/channel.h"
#include "core/test_run.h"
#include "livekit/rtc/media_session.h"
#include "livekit/stack_fixture.h"

namespace call_agent::livekit::rtc {
namespace {

awaitable<bool> stay_until_removed(const test::Stack& stack, std::string room) {
  Notifier gone(co_await asio::this_coro::executor);
  bool removed = false;
  JoinOptions options;
  options.url = stack.url;
  options.token = stack.room_token("callee", room);
  options.callee_identity = "agent";
  options.any_kind = true;
  auto session = co_await join(options, [&](const RoomEvent& event) {
    removed = removed || event.kind == RoomEvent::Kind::kDisconnected;
    gone.notify();
  });
  if (!session) co_return false;
  while (!removed) co_await gone.wait();
  co_await (*session)->close();
  co_return true;
}

awaitable<int> serve() {
  const auto stack = test::Stack::from_environment();
  asio::posix::stream_descriptor input(co_await asio::this_coro::executor, ::dup(STDIN_FILENO));
  std::string line;
  for (;;) {
    boost::system::error_code error;
    const auto size = co_await asio::async_read_until(input, asio::dynamic_buffer(line), '\n',
                                                      asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return 0;
    if (!co_await stay_until_removed(stack, line.substr(0, size - 1))) co_return 1;
    line.erase(0, size);
  }
}

}  // namespace
}  // namespace call_agent::livekit::rtc

int main() {
  return call_agent::test::run(call_agent::livekit::rtc::serve());
}
