#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/mcp/call_results.h"
#include "app/mcp/call_tools.h"
#include "app/mcp/fake_call_services.h"
#include "core/test_run.h"
#include "mcp/schema.h"

/// The tools over a world of fakes, called as the server calls them.
namespace call_agent::app {

using namespace std::chrono_literals;

struct CallToolsTest : testing::Test {
  asio::io_context io{1};
  FakeServices services{io.get_executor()};
  CallDesk desk{services, {.poll = 1ms, .taken = 5ms, .obeyed = 20ms, .transfer = 20ms, .hang_up = 20ms}};
  CallTools call_tools{desk};
  std::vector<mcp::Tool> tools = call_tools.tools();
  std::vector<std::string> told;
  mcp::RequestContext::Facts facts;
  bool wants_progress = false;

  const mcp::Tool& tool(std::string_view name) { return *std::ranges::find(tools, name, &mcp::Tool::name); }

  /// Calls a tool as the server does: arguments fit the schema, and so must the result.
  mcp::ToolOutcome outcome_of(std::string_view name, const Json& arguments) {
    EXPECT_EQ(mcp::schema_problems(tool(name).input_schema, arguments), "");
    if (wants_progress) {
      facts.report = [this](double, std::optional<double>, std::string_view message) { told.emplace_back(message); };
    }
    const mcp::RequestContext context(facts);
    auto outcome = test::run_on(io, tool(name).handler(arguments, context));
    const auto* result = std::get_if<mcp::ToolResult>(&outcome);
    if (result != nullptr && !result->is_error) {
      EXPECT_EQ(mcp::schema_problems(tool(name).output_schema, result->structured), "");
    }
    return outcome;
  }
  mcp::ToolResult call(std::string_view name, const Json& arguments) {
    return std::get<mcp::ToolResult>(outcome_of(name, arguments));
  }
  /// From now on somebody else asks.
  void become(std::string id) { facts.principal = {.id = std::move(id), .scopes = {}, .every_scope = false}; }
  /// The agent of every call does this with its commands.
  void agent_answers(calls::CommandResult result) {
    services.store_.on_command = [this, result = std::move(result)](std::int64_t seq) {
      services.store_.commands.at(static_cast<std::size_t>(seq) - 1).second = {.taken = true, .result = result};
    };
  }
  const calls::Command& sent() { return services.store_.commands.back().first; }
  void ask_principal(const std::string& id) {
    record(id).question = calls::Question{
        .id = "question_1", .text = "Eight or nine?", .choices = {"8", "9"}, .asked_ms = 1, .expires_ms = 60'001};
  }
  std::string place() { return call("make_phone_call", {{"phone_number", "+442079460123"}}).structured["call_id"]; }
  calls::Call& record(const std::string& id) { return services.store_.calls.at(id); }
};

}  // namespace call_agent::app
