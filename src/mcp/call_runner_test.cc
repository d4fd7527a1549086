#include "mcp/call_runner.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "core/task_group.h"
#include "core/test_run.h"

namespace call_agent::mcp {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

struct Mailbox final : Outlet {
  void send(std::string messages) override {
    for (std::size_t at = 0; at < messages.size();) {
      const auto end = messages.find('\n', at);
      received.push_back(Json::parse(messages.substr(at, end - at)));
      at = end + 1;
    }
  }
  bool congested() const override { return full; }
  awaitable<void> drained() override { co_return; }

  bool full = false;
  std::vector<Json> received;
};

awaitable<ToolOutcome> ask_name(const RequestContext& context) {
  const auto name = context.elicited("name");
  if (!name) {
    co_return InputRequired{.requests = {{"name", elicit_form("Your name?", {{"type", "object"}})}},
                            .state = {{"asked", true}}};
  }
  const bool accepted = name->action == Elicited::Action::kAccept;
  co_return ToolResult{.text = (accepted ? name->content.value("name", "") : "nobody") + dump_json(context.state())};
}

awaitable<ToolOutcome> ask_for_ever(int& rounds) {
  ++rounds;
  co_return InputRequired{};
}

awaitable<ToolOutcome> begin_task() {
  co_return Task{.id = "t1", .created_ms = 0, .updated_ms = 0, .ttl_ms = 60'000, .poll_interval_ms = 500};
}

awaitable<ToolOutcome> report(const RequestContext& context) {
  context.progress(1, std::nullopt, "half");
  context.log(LogLevel::kInfo, "test", "hello");
  co_return ToolResult{.text = "done"};
}

awaitable<PromptOutcome> book(PromptArguments arguments) {
  co_return PromptResult{
      .description = "Books a table",
      .messages = {{.role = PromptMessage::Role::kUser, .content = TextContent{"Book at " + arguments["where"]}}}};
}

Tool tool(std::string name, ToolHandler handler) {
  Tool made;
  made.name = std::move(name);
  made.input_schema = {{"type", "object"}};
  made.handler = std::move(handler);
  return made;
}

struct OneResource final : ResourceProvider {
  awaitable<Result<ResourcePage>> list(std::string cursor, const RequestContext&) override {
    if (!cursor.empty()) co_return fail(Errc::kInvalidArgument, "unknown cursor");
    co_return ResourcePage{.resources = {{.uri = "call://1", .name = "one", .mime_type = "text/plain", .size = {}}},
                           .next_cursor = "more"};
  }
  std::vector<ResourceTemplate> templates() const override { return {{.uri_template = "call://{id}", .name = "call"}}; }
  awaitable<Result<std::vector<ResourceContents>>> read(std::string uri, const RequestContext&) override {
    if (uri != "call://1") co_return fail(Errc::kNotFound, "no such resource");
    co_return std::vector<ResourceContents>{{.uri = uri, .mime_type = "audio/wav", .data = "AA==", .binary = true}};
  }
};

/// Keeps the task t1 of the local user.
struct OneTask final : TaskProvider {
  awaitable<Result<TaskDetail>> get(std::string id, Principal principal) override {
    if (id != "t1" || principal.id != "local") co_return fail(Errc::kNotFound, "no such task");
    co_return detail;
  }
  awaitable<Result<void>> update(std::string id, InputResponses responses, Principal) override {
    answered = std::move(responses);
    if (id != "t1") co_return fail(Errc::kNotFound, "no such task");
    co_return Result<void>();
  }
  awaitable<Result<void>> cancel(std::string, Principal) override {
    ++cancels;
    co_return Result<void>();
  }
  TaskDetail detail{.task = {.id = "t1"}, .input_requests = {}, .result = {}, .error = {}};
  InputResponses answered;
  int cancels = 0;
};

/// A server with its runner; the test is the client.
struct CallRunnerTest : testing::Test {
  Offer offer() {
    Offer made;
    made.info = {.name = "test", .title = "Test", .version = "1", .instructions = ""};
    auto only_task = tool("task", [](Json, const RequestContext&) { return begin_task(); });
    only_task.only_as_task = true;
    made.tools = {tool("ask", [](Json, const RequestContext& context) { return ask_name(context); }),
                  tool("endless", [this](Json, const RequestContext&) { return ask_for_ever(rounds); }),
                  tool("report", [](Json, const RequestContext& context) { return report(context); }), only_task,
                  tool("stray_task", [](Json, const RequestContext&) { return begin_task(); })};
    made.prompts = {
        {.name = "book",
         .title = "Book",
         .description = "",
         .arguments = {{.name = "where", .description = "The restaurant.", .required = true}},
         .handler = [](PromptArguments arguments, const RequestContext&) { return book(std::move(arguments)); }}};
    made.resources = &resource;
    made.tasks = &task;
    made.changes = &hub;
    made.logs = true;
    return made;
  }

  void say(std::string_view message) {
    auto step = server.receive(message, 0);
    mailbox.send(std::move(step.out));
    if (!step.answered.empty()) runner.wake();
    for (const auto number : step.cancel) calls.cancel(running.at(number));
    for (auto& call : step.start) {
      const auto number = call.number;
      running[number] = calls.spawn(runner.run(std::move(call), mailbox));
    }
    io.restart();
    io.poll();
  }
  void legacy(std::string_view capabilities) {
    say(fmt::format(R"({{"jsonrpc":"2.0","id":0,"method":"initialize",
                        "params":{{"protocolVersion":"2025-11-25","capabilities":{}}}}})",
                    capabilities));
    mailbox.received.clear();
  }
  /// The single message that comes of a request.
  Json ask(std::string_view method, std::string_view members = R"("x":0)") {
    mailbox.received.clear();
    say(fmt::format(R"({{"jsonrpc":"2.0","id":1,"method":"{}","params":{{{}}}}})", method, members));
    EXPECT_THAT(mailbox.received, SizeIs(1));
    return mailbox.received.empty() ? Json() : mailbox.received.front();
  }
  Json modern(std::string_view method, std::string_view members, std::string_view capabilities = "{}") {
    return ask(method, fmt::format(R"("_meta":{{"{}":"2026-07-28","{}":{}}},{})", kMetaVersion, kMetaCapabilities,
                                   capabilities, members));
  }
  void TearDown() override {
    calls.cancel();
    test::run_on(io, calls.join());
  }

  asio::io_context io{1};
  int rounds = 0;
  OneResource resource;
  OneTask task;
  ChangeHub hub;
  Catalog catalog{offer()};
  StateSealer sealer;
  Server server{catalog, sealer, local_user()};
  CallRunner runner{server, io.get_executor()};
  TaskGroup calls{io.get_executor()};
  std::map<Server::CallNumber, std::uint64_t> running;
  Mailbox mailbox;
};

constexpr std::string_view kTasks = R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})";

// ---- Questions.

TEST_F(CallRunnerTest, AnOlderClientIsAskedByARequestAndTheHandlerGoesOn) {
  legacy(R"({"elicitation":{}})");
  const Json question = ask("tools/call", R"("name":"ask")");
  EXPECT_EQ(question["method"], "elicitation/create");
  EXPECT_EQ(question["params"]["message"], "Your name?");
  mailbox.received.clear();
  say(R"({"jsonrpc":"2.0","id":)" + question["id"].dump() +
      R"(,"result":{"action":"accept","content":{"name":"Ada"}}})");
  ASSERT_THAT(mailbox.received, SizeIs(1));
  EXPECT_EQ(mailbox.received[0]["result"]["content"][0]["text"], R"(Ada{"asked":true})");
}

TEST_F(CallRunnerTest, AFormThatCannotBeShownCountsAsCancelled) {
  legacy(R"({"elicitation":{}})");
  for (const auto* answer : {R"("error":{"code":-32601,"message":"no"})", R"("result":{"action":"maybe"})",
                             R"("result":7)", R"("result":{"action":"decline"})"}) {
    const Json question = ask("tools/call", R"("name":"ask")");
    mailbox.received.clear();
    say(R"({"jsonrpc":"2.0","id":)" + question["id"].dump() + "," + answer + "}");
    ASSERT_THAT(mailbox.received, SizeIs(1)) << answer;
    EXPECT_EQ(mailbox.received[0]["result"]["content"][0]["text"], R"(nobody{"asked":true})") << answer;
  }
}

TEST_F(CallRunnerTest, WhatTheClientDoesNotOfferIsNotAsked) {
  legacy("{}");
  EXPECT_EQ(ask("tools/call", R"("name":"ask")")["error"]["code"], kMissingCapability);
  const Json refused = modern("tools/call", R"("name":"ask")", R"({"elicitation":{"url":{}}})")["error"];
  EXPECT_EQ(refused["code"], kMissingCapability);
  EXPECT_EQ(refused["data"]["requiredCapabilities"], Json::parse(R"({"elicitation":{"form":{}}})"));
}

TEST_F(CallRunnerTest, AHandlerThatAsksForEverIsStopped) {
  legacy("{}");
  EXPECT_EQ(ask("tools/call", R"("name":"endless")")["error"]["code"], kInternalError);
  EXPECT_EQ(rounds, CallRunner::kMaxRounds);
}

TEST_F(CallRunnerTest, AnAnswerAfterTheCancelIsForNobody) {
  legacy(R"({"elicitation":{}})");
  const Json question = ask("tools/call", R"("name":"ask")");
  mailbox.received.clear();
  say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  say(R"({"jsonrpc":"2.0","id":)" + question["id"].dump() + R"(,"result":{"action":"accept"}})");
  EXPECT_THAT(mailbox.received, IsEmpty());
  EXPECT_EQ(server.calls(), 0U);
}

TEST_F(CallRunnerTest, TheNewestRevisionCarriesTheStateItself) {
  const Json first = modern("tools/call", R"("name":"ask")", R"({"elicitation":{}})")["result"];
  EXPECT_EQ(first["resultType"], "input_required");
  const auto again = [&](std::string_view state) {
    return modern("tools/call",
                  fmt::format(R"("name":"ask","arguments":{{}},"requestState":"{}",)"
                              R"("inputResponses":{{"name":{{"action":"accept","content":{{"name":"Ada"}}}}}})",
                              state),
                  R"({"elicitation":{}})");
  };
  const std::string state = first["requestState"];
  EXPECT_EQ(again(state)["result"]["content"][0]["text"], R"(Ada{"asked":true})");
  EXPECT_EQ(again(state + "A")["error"]["code"], kInvalidParams);
  server.act_for({.id = "somebody else", .scopes = {}});
  EXPECT_EQ(again(state)["error"]["code"], kInvalidParams);
}

// ---- Tasks.

TEST_F(CallRunnerTest, ATaskIsForThoseWhoDeclareTheExtension) {
  const Json refused = modern("tools/call", R"("name":"task")")["error"];
  EXPECT_EQ(refused["code"], kMissingCapability);
  EXPECT_EQ(refused["data"]["requiredCapabilities"], Json::parse(kTasks));
  const Json made = modern("tools/call", R"("name":"task")", kTasks)["result"];
  EXPECT_EQ(made["resultType"], "task");
  EXPECT_EQ(made["taskId"], "t1");
  EXPECT_EQ(made["status"], "working");
  EXPECT_EQ(made["ttlMs"], 60'000);
  EXPECT_EQ(made["pollIntervalMs"], 500);
  // A handler that does not look is a defect, not a task the client cannot follow.
  EXPECT_EQ(modern("tools/call", R"("name":"stray_task")")["error"]["code"], kInternalError);
}

TEST_F(CallRunnerTest, TheOlderRevisionsKnowNoTasks) {
  legacy(kTasks);
  EXPECT_EQ(ask("tools/call", R"("name":"task")")["error"]["code"], kMissingCapability);
  EXPECT_EQ(ask("tasks/get", R"("taskId":"t1")")["error"]["code"], kMethodNotFound);
}

TEST_F(CallRunnerTest, ATaskIsFollowedAnsweredAndCancelled) {
  EXPECT_EQ(modern("tasks/get", R"("taskId":"t1")")["error"]["code"], kMissingCapability);
  EXPECT_EQ(modern("tasks/get", R"("taskId":"t2")", kTasks)["error"]["code"], kInvalidParams);
  task.detail.task.status = TaskStatus::kCompleted;
  task.detail.result = ToolResult::error("nobody answered");
  const Json done = modern("tasks/get", R"("taskId":"t1")", kTasks)["result"];
  EXPECT_EQ(done["status"], "completed");
  EXPECT_EQ(done["result"]["isError"], true);
  EXPECT_EQ(done["resultType"], "complete");
  const auto acknowledged =
      modern("tasks/update", R"("taskId":"t1","inputResponses":{"q":{"action":"accept"}})", kTasks);
  EXPECT_EQ(acknowledged["result"]["resultType"], "complete");
  EXPECT_FALSE(acknowledged["result"].contains("taskId"));
  EXPECT_EQ(task.answered.at("q")["action"], "accept");
  EXPECT_EQ(modern("tasks/update", R"("taskId":"t1","inputResponses":7)", kTasks)["error"]["code"], kInvalidParams);
  EXPECT_EQ(modern("tasks/cancel", R"("taskId":"t1")", kTasks)["result"]["resultType"], "complete");
  EXPECT_EQ(task.cancels, 1);
}

TEST_F(CallRunnerTest, AnothersTaskDoesNotExist) {
  server.act_for({.id = "somebody else", .scopes = {}});
  EXPECT_EQ(modern("tasks/get", R"("taskId":"t1")", kTasks)["error"]["code"], kInvalidParams);
}

// ---- Resources and prompts.

TEST_F(CallRunnerTest, ResourcesAreListedByPageAndReadWithTheirCacheHints) {
  const Json page = modern("resources/list", R"("x":0)")["result"];
  EXPECT_EQ(page["resources"][0]["uri"], "call://1");
  EXPECT_EQ(page["nextCursor"], "more");
  EXPECT_EQ(page["cacheScope"], "private");
  EXPECT_EQ(modern("resources/list", R"("cursor":"?")")["error"]["code"], kInvalidParams);
  const Json read = modern("resources/read", R"("uri":"call://1")")["result"];
  EXPECT_EQ(read["contents"], Json::parse(R"([{"uri":"call://1","mimeType":"audio/wav","blob":"AA=="}])"));
  EXPECT_EQ(read["ttlMs"], 0);
  EXPECT_EQ(modern("resources/templates/list", R"("x":0)")["result"]["resourceTemplates"][0]["uriTemplate"],
            "call://{id}");
}

TEST_F(CallRunnerTest, AMissingResourceHasTheCodeOfItsRevision) {
  const Json missing = modern("resources/read", R"("uri":"call://9")")["error"];
  EXPECT_EQ(missing["code"], kInvalidParams);
  EXPECT_EQ(missing["data"]["uri"], "call://9");
  legacy("{}");
  EXPECT_EQ(ask("resources/read", R"("uri":"call://9")")["error"]["code"], kResourceNotFound);
}

TEST_F(CallRunnerTest, APromptNeedsItsArguments) {
  legacy("{}");
  const Json got = ask("prompts/get", R"("name":"book","arguments":{"where":"Luigi's"})")["result"];
  EXPECT_EQ(got["messages"][0]["content"]["text"], "Book at Luigi's");
  EXPECT_EQ(ask("prompts/get", R"("name":"book")")["error"]["code"], kInvalidParams);
  EXPECT_EQ(ask("prompts/get", R"("name":"book","arguments":{"where":7})")["error"]["code"], kInvalidParams);
  EXPECT_EQ(ask("prompts/get", R"("name":"nope")")["error"]["code"], kInvalidParams);
}

// ---- What is told on the way, and what has changed.

TEST_F(CallRunnerTest, LogMessagesComeFromTheLevelTheClientAsksFor) {
  legacy("{}");
  ask("tools/call", R"("name":"report")");  // Alone: nobody asked for more.
  EXPECT_EQ(ask("logging/setLevel", R"("level":"loud")")["error"]["code"], kInvalidParams);
  ask("logging/setLevel", R"("level":"warning")");
  ask("tools/call", R"("name":"report")");
  ask("logging/setLevel", R"("level":"info")");
  mailbox.received.clear();
  say(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"report"}})");
  ASSERT_THAT(mailbox.received, SizeIs(2));
  EXPECT_EQ(mailbox.received[0]["method"], "notifications/message");
  EXPECT_EQ(mailbox.received[0]["params"]["data"], "hello");
}

TEST_F(CallRunnerTest, AClientThatReadsTooSlowlyIsSparedTheProgress) {
  legacy("{}");
  mailbox.full = true;
  EXPECT_EQ(ask("tools/call", R"("name":"report","_meta":{"progressToken":1})")["result"]["content"][0]["text"],
            "done");
}

TEST_F(CallRunnerTest, AListenerIsAcknowledgedAndToldEachChangeOnceAndOnlyItsOwn) {
  const Json acknowledged = modern("subscriptions/listen",
                                   R"("notifications":{"toolsListChanged":true,"resourceSubscriptions":["call://1"],)"
                                   R"("taskIds":["t1"]})",
                                   kTasks);
  EXPECT_EQ(acknowledged["method"], "notifications/subscriptions/acknowledged");
  EXPECT_EQ(acknowledged["params"]["notifications"],
            Json::parse(R"({"resourceSubscriptions":["call://1"],"taskIds":["t1"]})"))
      << "the list of tools never changes here";
  mailbox.received.clear();
  hub.resource_changed("call://1", "somebody else");
  hub.resource_changed("call://2", "local");
  hub.tools_changed();
  hub.resource_changed("call://1", "local");
  hub.resource_changed("call://1", "local");
  hub.task_changed(task.detail, "local");
  io.restart();
  io.poll();
  ASSERT_THAT(mailbox.received, SizeIs(2));
  EXPECT_EQ(mailbox.received[0]["method"], "notifications/resources/updated");
  EXPECT_EQ(mailbox.received[1]["method"], "notifications/tasks");
  EXPECT_EQ(mailbox.received[1]["params"]["taskId"], "t1");
  for (const auto& told : mailbox.received) EXPECT_EQ(told["params"]["_meta"][kMetaSubscription], 1);
  say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  EXPECT_EQ(hub.listeners(), 0U);
}

}  // namespace
}  // namespace call_agent::mcp
