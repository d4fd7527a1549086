#include "mcp/tool_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/task_group.h"
#include "net/imposter_server.h"

namespace call_agent::mcp {
namespace {

using testing::HasSubstr;

awaitable<ToolOutcome> ends_as(Json arguments, const RequestContext&) {
  const auto how = arguments["how"].get<std::string>();
  if (how == "throws") throw std::runtime_error("a defect");
  if (how == "waits") {
    Notifier never(co_await asio::this_coro::executor);
    while (true) co_await never.wait();
  }
  if (how == "asks") co_return InputRequired{};
  if (how == "fails") co_return RpcError{.code = kInternalError, .message = "no"};
  co_return how == "refuses" ? ToolResult::error("no") : ToolResult{};
}

awaitable<void> call(const Tool& tool, std::string how) {
  const RequestContext context({});
  co_await tool.handler({{"how", std::move(how)}}, context);
}

awaitable<void> counts() {
  const auto executor = co_await asio::this_coro::executor;
  Metrics metrics;
  Tool plain;
  plain.name = "dial";
  plain.handler = [](Json arguments, const RequestContext& context) { return ends_as(std::move(arguments), context); };
  const auto tools = measured({plain}, metrics);
  EXPECT_THAT(metrics.exposition(), HasSubstr(R"(mcp_tool_calls_total{tool="dial",result="ok"} 0)"))
      << "a series is there before its first call";
  TaskGroup calls(executor);
  for (const auto* how : {"works", "works", "refuses", "asks", "fails"}) calls.spawn(call(tools[0], how));
  co_await calls.join();
  calls.spawn(call(tools[0], "throws"));
  calls.spawn(call(tools[0], "waits"));
  co_await asio::post(executor, asio::use_awaitable);  // Both have begun.
  calls.cancel();
  co_await calls.join();
  const auto text = metrics.exposition();
  for (const auto* line : {R"({tool="dial",result="ok"} 2)", R"({tool="dial",result="error"} 1)",
                           R"({tool="dial",result="question"} 1)", R"({tool="dial",result="failed"} 1)",
                           R"({tool="dial",result="left"} 2)", R"(mcp_tool_seconds_count{tool="dial"} 7)"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}
TEST(ToolMetrics, CountHowEveryCallEnds) {
  net::run_test(counts);
}

}  // namespace
}  // namespace call_agent::mcp
