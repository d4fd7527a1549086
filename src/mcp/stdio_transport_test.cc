#include "mcp/stdio_transport.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <string>

#include "core/test_run.h"

namespace call_agent::mcp {
namespace {

using Socket = asio::local::stream_protocol::socket;
using testing::HasSubstr;

struct Witness {
  int started = 0;
  int unwound = 0;
};

struct UnwoundGuard {
  int& count;
  ~UnwoundGuard() { ++count; }
};

awaitable<ToolOutcome> echo(Json arguments) {
  ToolResult result;
  result.text = arguments.value("text", "");
  co_return result;
}

awaitable<ToolOutcome> wait_for_ever(Witness& witness, const RequestContext& context) {
  ++witness.started;
  const UnwoundGuard guard{witness.unwound};
  context.progress(1, std::nullopt, "waiting");
  co_await sleep_for(std::chrono::hours(1));
  co_return ToolResult{};
}

awaitable<ToolOutcome> defect() {
  throw std::logic_error("a secret detail");
  co_return ToolResult{};
}

Tool tool(std::string name, ToolHandler handler) {
  return {.name = std::move(name),
          .title = "",
          .description = "",
          .input_schema = {{"type", "object"}},
          .output_schema = nullptr,
          .annotations = {},
          .handler = std::move(handler)};
}

class NoResources final : public ResourceProvider {
 public:
  awaitable<Result<ResourcePage>> list(std::string, const RequestContext&) override { co_return ResourcePage{}; }
  std::vector<ResourceTemplate> templates() const override { return {}; }
  awaitable<Result<std::vector<ResourceContents>>> read(std::string, const RequestContext&) override {
    co_return fail(Errc::kNotFound, "no such resource");
  }
};

/// A server on one end of a socket pair; the test is the client on the other.
struct StdioTransportTest : testing::Test {
  Witness witness;
  NoResources resources;
  ChangeHub hub;
  Catalog catalog{Offer{
      .info = {.name = "test", .title = "", .version = "1", .instructions = ""},
      .tools = {tool("echo", [](Json arguments, const RequestContext&) { return echo(std::move(arguments)); }),
                tool("wait", [this](Json, const RequestContext& context) { return wait_for_ever(witness, context); }),
                tool("defect", [](Json, const RequestContext&) { return defect(); })},
      .resources = &resources,
      .changes = &hub}};
  asio::io_context io{1};
  Socket client{io};
  std::array<int, 2> ends{};
  std::unique_ptr<StdioTransport> transport;
  std::string received;

  void SetUp() override {
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    client.assign(asio::local::stream_protocol(), ends[0]);
    // Standard input and output are two descriptors, even if one pipe or terminal is behind both.
    output = ::fcntl(ends[1], F_DUPFD_CLOEXEC, 0);
    transport = std::make_unique<StdioTransport>(io.get_executor(), catalog, ends[1], output);
  }
  void TearDown() override {
    transport.reset();
    ::close(ends[1]);
    ::close(output);
  }

  awaitable<void> say(std::string line) {
    line += '\n';
    co_await asio::async_write(client, asio::buffer(line), asio::use_awaitable);
  }
  awaitable<std::string> hear() {
    const auto n = co_await asio::async_read_until(client, asio::dynamic_buffer(received), '\n', asio::use_awaitable);
    std::string line = received.substr(0, n - 1);
    received.erase(0, n);
    co_return line;
  }
  awaitable<std::string> ask(std::string line) {
    co_await say(std::move(line));
    co_return co_await hear();
  }
  awaitable<void> initialize() {
    co_await ask(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}})");
  }
  static std::string call(int id, std::string_view name, std::string_view more = "") {
    return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":"tools/call","params":{"name":")" +
           std::string(name) + "\"" + std::string(more) + "}}";
  }

  /// Plays the client while the server serves, hangs up, and waits for both to end.
  void play(awaitable<void> conversation) {
    TaskGroup tasks(io.get_executor());
    tasks.spawn(transport->serve());
    tasks.spawn(std::move(conversation));
    test::run_on(io, tasks.join());
  }
  awaitable<void> hang_up() {
    client.close();
    co_return;
  }

  int output = -1;
};

TEST_F(StdioTransportTest, AnswersInOrderAndEndsWhenTheClientLeaves) {
  play([](StdioTransportTest& t) -> awaitable<void> {
    co_await t.initialize();
    EXPECT_THAT(co_await t.ask(call(1, "echo", R"(,"arguments":{"text":"hello"})")), HasSubstr("hello"));
    EXPECT_THAT(co_await t.ask(call(2, "defect")), HasSubstr("internal error"));
    EXPECT_THAT(co_await t.ask("garbage"), HasSubstr("-32700"));
    co_await t.hang_up();
  }(*this));
}

TEST_F(StdioTransportTest, LeavingUnwindsCallsInProgress) {
  play([](StdioTransportTest& t) -> awaitable<void> {
    co_await t.initialize();
    EXPECT_THAT(co_await t.ask(call(1, "wait", R"(,"_meta":{"progressToken":1})")), HasSubstr("waiting"));
    co_await t.hang_up();
  }(*this));
  EXPECT_EQ(witness.started, 1);
  EXPECT_EQ(witness.unwound, 1);
}

TEST_F(StdioTransportTest, ACancelledCallIsUnwoundAndNotAnswered) {
  play([](StdioTransportTest& t) -> awaitable<void> {
    co_await t.initialize();
    co_await t.ask(call(1, "wait", R"(,"_meta":{"progressToken":1})"));
    co_await t.say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
    EXPECT_THAT(co_await t.ask(R"({"jsonrpc":"2.0","id":2,"method":"ping"})"), HasSubstr("\"id\":2"));
    EXPECT_EQ(t.witness.unwound, 1);
    co_await t.hang_up();
  }(*this));
}

TEST_F(StdioTransportTest, ALineOverTheLimitIsRefusedAndTheNextIsRead) {
  play([](StdioTransportTest& t) -> awaitable<void> {
    EXPECT_THAT(co_await t.ask(std::string(kMaxMessage + 1, 'x')), HasSubstr("4 MiB"));
    EXPECT_THAT(co_await t.ask(R"({"jsonrpc":"2.0","id":2,"method":"ping"})"), HasSubstr("\"id\":2"));
    co_await t.hang_up();
  }(*this));
}

// Ten answers of 100 kB before the client reads the first: far more than a socket holds.
TEST_F(StdioTransportTest, AClientThatReadsSlowlyGetsEverythingInOrder) {
  play([](StdioTransportTest& t) -> awaitable<void> {
    co_await t.initialize();
    const std::string text(100'000, 'y');
    for (int id = 1; id <= 10; ++id) co_await t.say(call(id, "echo", R"(,"arguments":{"text":")" + text + "\"}"));
    for (int id = 1; id <= 10; ++id) {
      const Json answer = Json::parse(co_await t.hear());
      EXPECT_EQ(answer["id"], id);
      EXPECT_EQ(answer["result"]["content"][0]["text"], text);
    }
    co_await t.hang_up();
  }(*this));
}

TEST_F(StdioTransportTest, AHalfClosedClientStillGetsItsLastAnswers) {
  play([](StdioTransportTest& t) -> awaitable<void> {
    co_await t.say(R"({"jsonrpc":"2.0","id":2,"method":"ping"})");
    t.client.shutdown(Socket::shutdown_send);
    EXPECT_THAT(co_await t.hear(), HasSubstr("\"id\":2"));
  }(*this));
}

TEST_F(StdioTransportTest, WhatTheClientWatchesIsToldWhenItChanges) {
  play([](StdioTransportTest& t) -> awaitable<void> {
    co_await t.initialize();
    co_await t.ask(R"({"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{"uri":"call://1"}})");
    t.hub.resource_changed("call://2", "local");
    t.hub.resource_changed("call://1", "somebody else");
    t.hub.resource_changed("call://1", "local");
    const Json told = Json::parse(co_await t.hear());
    EXPECT_EQ(told["method"], "notifications/resources/updated");
    EXPECT_EQ(told["params"], Json::parse(R"({"uri":"call://1"})"));
    co_await t.ask(R"({"jsonrpc":"2.0","id":2,"method":"resources/unsubscribe","params":{"uri":"call://1"}})");
    t.hub.resource_changed("call://1", "local");
    EXPECT_THAT(co_await t.ask(R"({"jsonrpc":"2.0","id":3,"method":"ping"})"), HasSubstr("\"id\":3"));
    co_await t.hang_up();
  }(*this));
  EXPECT_EQ(hub.listeners(), 1U);
  transport.reset();
  EXPECT_EQ(hub.listeners(), 0U);
}

TEST_F(StdioTransportTest, StopEndsServing) {
  play([](StdioTransportTest& t) -> awaitable<void> {
    co_await t.initialize();
    t.transport->stop();
  }(*this));
}

TEST_F(StdioTransportTest, GivesTheDescriptorsBackAsTheyWere) {
  EXPECT_NE(::fcntl(output, F_GETFL) & O_NONBLOCK, 0);
  transport.reset();
  EXPECT_EQ(::fcntl(output, F_GETFL) & O_NONBLOCK, 0);
}

}  // namespace
}  // namespace call_agent::mcp
