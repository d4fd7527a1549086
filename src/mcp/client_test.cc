#include "mcp/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/test_run.h"

namespace call_agent::mcp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using namespace std::chrono_literals;

/// A server that is a shell script: it answers the lines it is asked in order.
Client::Options script(std::string text) {
  return {.command = {"/bin/sh", "-c", std::move(text)}, .environment = {}};
}

constexpr const char* kHands =
    R"(read line; echo '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","serverInfo":{"name":"s"}}}'
       read initialized; )";

struct Seen {
  std::vector<std::string> progress;
};

TEST(Client, ShakesHandsListsEveryPageAndFollowsACall) {
  test::run([]() -> awaitable<void> {
    auto executor = co_await asio::this_coro::executor;
    auto client = co_await Client::start(executor, script(std::string(kHands) + R"(
          read line; echo '{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"a"}],"nextCursor":"2"}}'
          read line; echo '{"jsonrpc":"2.0","id":3,"result":{"tools":[{"name":"b"}]}}'
          read line; echo 'a stray line'
          echo '{"jsonrpc":"2.0","id":"p","method":"ping"}'; read pong
          echo '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":4,"progress":1,"message":"half"}}'
          echo '{"jsonrpc":"2.0","id":4,"result":{"content":[]}}'; read end; exit 3)"),
                                         Deadline::after(10s));
    if (!client) {
      ADD_FAILURE() << client.error().what;
      co_return;
    }
    EXPECT_EQ((*client)->server()["serverInfo"]["name"], "s");
    const auto tools = co_await (*client)->list_tools(Deadline::after(10s));
    EXPECT_TRUE(tools && tools->size() == 2);
    Seen seen;
    const auto called = co_await (*client)->call_tool(
        "a", Json::object(), [&](double, std::string_view message) { seen.progress.emplace_back(message); },
        Deadline::after(10s));
    EXPECT_TRUE(called) << called.error().what;
    EXPECT_THAT(seen.progress, ElementsAre("half"));
    EXPECT_EQ((*client)->stray_lines(), 1);
    EXPECT_EQ(co_await (*client)->close(), 3);
  }());
}

TEST(Client, AServerThatDiesIsReportedWithItsLastWords) {
  test::run([]() -> awaitable<void> {
    auto executor = co_await asio::this_coro::executor;
    const auto client =
        co_await Client::start(executor, script("read line; echo 'out of luck' >&2; exit 7"), Deadline::after(10s));
    EXPECT_FALSE(client);
    if (client) co_return;
    EXPECT_EQ(client.error().code, Errc::kUnavailable);
    EXPECT_THAT(client.error().what, HasSubstr("status 7"));
    EXPECT_THAT(client.error().what, HasSubstr("out of luck"));
  }());
}

TEST(Client, ASilentServerIsADeadlineAndAMissingOneIsNotFound) {
  test::run([]() -> awaitable<void> {
    auto executor = co_await asio::this_coro::executor;
    const auto silent = co_await Client::start(executor, script("cat > /dev/null"), Deadline::after(50ms));
    EXPECT_EQ(silent.error().code, Errc::kDeadline);
    const auto missing =
        co_await Client::start(executor, {.command = {"/nowhere/server"}, .environment = {}}, Deadline::after(10s));
    EXPECT_EQ(missing.error().code, Errc::kNotFound);
  }());
}

TEST(Client, ARefusalIsAnErrorWithTheServersWords) {
  test::run([]() -> awaitable<void> {
    auto executor = co_await asio::this_coro::executor;
    auto client = co_await Client::start(
        executor,
        script(std::string(kHands) +
               R"(read line; echo '{"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"no such tool"}}'; cat)"),
        Deadline::after(10s));
    if (!client) {
      ADD_FAILURE() << client.error().what;
      co_return;
    }
    const auto refused = co_await (*client)->call_tool("x", Json::object(), {}, Deadline::after(10s));
    EXPECT_EQ(refused.error().code, Errc::kInternal);
    EXPECT_THAT(refused.error().what, HasSubstr("no such tool (-32602)"));
    EXPECT_EQ(co_await (*client)->close(), 0);
  }());
}

}  // namespace
}  // namespace call_agent::mcp
