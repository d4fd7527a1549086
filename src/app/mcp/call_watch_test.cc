#include "app/mcp/call_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/mcp/fake_call_services.h"
#include "core/test_run.h"

namespace call_agent::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct CallWatchTest : testing::Test {
  asio::io_context io{1};
  FakeServices services{io.get_executor()};
  mcp::ChangeHub hub;
  CallDesk desk{services, {}};
  CallWatch watch{desk, hub, io.get_executor(), milliseconds{1}};

  void SetUp() override {
    calls::Call call;
    call.call_id = "call_1";
    call.phone_number = "+442079460123";
    ASSERT_TRUE(test::run_on(io, services.store_.insert(call)));
  }
  /// What somebody who listens to the call in both ways is told first.
  mcp::Changes told_to(const std::string& principal);
};

// However late the watching begins, a turn comes after it: what is there already is not news.
awaitable<void> keep_talking(CallWatchTest& test) {
  while (true) {
    co_await test.services.store_.append_turn("call_1", {.text = "Hello"});
    co_await sleep_for(milliseconds{1});
  }
}

awaitable<void> watch_a_turn(CallWatchTest& test, std::string principal, mcp::Changes& told) {
  const auto executor = co_await asio::this_coro::executor;
  TaskGroup tasks(executor);
  tasks.spawn(test.watch.run());
  mcp::ChangeFilter filter;
  filter.uris.insert("call://call_1/transcript");
  filter.tasks.insert("call_1");
  mcp::ChangeHub::Listener anybody(test.hub, executor, std::move(principal), filter);
  mcp::ChangeHub::Listener owner(test.hub, executor, "local", filter);
  tasks.spawn(keep_talking(test));
  const auto changes = co_await owner.next();
  EXPECT_THAT(changes.uris, ElementsAre("call://call_1/transcript"));
  // Both are told in one go, so what the other has not been told by now it never will.
  asio::steady_timer now(executor, std::chrono::seconds(0));
  tasks.spawn([](mcp::ChangeHub::Listener& listener, mcp::Changes& out) -> awaitable<void> {
    out = co_await listener.next();
  }(anybody, told));
  co_await now.async_wait(asio::use_awaitable);
  tasks.cancel();
  co_await tasks.join();
}

mcp::Changes CallWatchTest::told_to(const std::string& principal) {
  mcp::Changes told;
  test::run_on(io, watch_a_turn(*this, principal, told));
  return told;
}

TEST_F(CallWatchTest, WhoWatchesIsToldOfEachTurnAndWhereTheTaskStands) {
  const auto told = told_to("local");
  EXPECT_THAT(told.uris, ElementsAre("call://call_1/transcript"));
  ASSERT_TRUE(told.tasks.contains("call_1"));
  EXPECT_THAT(told.tasks.at("call_1"), HasSubstr(R"("status":"working")"));
}

TEST_F(CallWatchTest, NobodyElseIsToldThatACallGoesOn) {
  const auto told = told_to("ada");
  EXPECT_THAT(told.uris, IsEmpty());
  EXPECT_THAT(told.tasks, IsEmpty());
}

}  // namespace
}  // namespace call_agent::app
