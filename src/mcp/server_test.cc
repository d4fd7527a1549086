#include "mcp/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace call_agent::mcp {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Tool tool(std::string name) {
  return Tool{.name = std::move(name),
              .title = "A tool",
              .description = "Does a thing.",
              .input_schema = Json::parse(R"({"type":"object","properties":{"n":{"type":"integer","minimum":1}},
                                              "required":["n"],"additionalProperties":false})"),
              .output_schema = Json::parse(R"({"type":"object"})"),
              .annotations = {.read_only = true, .destructive = false, .idempotent = true, .open_world = false},
              .handler = {}};
}

const Catalog& catalog() {
  static const Catalog value(
      Offer{.info = {.name = "test", .title = "Test", .version = "1.2.3", .instructions = "Be kind."},
            .tools = {tool("zoom"), tool("add")}});
  return value;
}

ToolResult said(std::string text) {
  ToolResult result;
  result.text = std::move(text);
  return result;
}
ToolResult said_with_everything() {
  ToolResult result = said("done");
  result.structured = {{"a", 1}};
  result.links = {{"call://1", "n", "d", "text/plain"}};
  return result;
}

/// One connection: say() a line, get the lines of the answer.
struct ServerTest : testing::Test {
  StateSealer sealer;
  Server server{catalog(), sealer, local_user()};
  Server::Step step;

  std::vector<std::string> lines(const std::string& out) {
    std::vector<std::string> all;
    for (std::size_t at = 0; at < out.size();) {
      const auto end = out.find('\n', at);
      EXPECT_NE(end, std::string::npos) << "a line without its newline: " << out;
      if (end == std::string::npos) break;
      all.push_back(out.substr(at, end - at));
      at = end + 1;
    }
    return all;
  }
  std::vector<std::string> say(std::string_view line) {
    step = server.receive(line, 0);
    return lines(step.out);
  }
  Json ask(std::string_view line) {
    const auto answers = say(line);
    return answers.size() == 1 ? Json::parse(answers[0]) : Json();
  }
  void handshake(std::string_view version = "2025-11-25") {
    say(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")" + std::string(version) +
        R"(","capabilities":{},"clientInfo":{"name":"t","version":"1"}}})");
    EXPECT_THAT(say(R"({"jsonrpc":"2.0","method":"notifications/initialized"})"), IsEmpty());
  }
  Server::CallNumber start(std::string_view id, std::string_view meta = "{}") {
    say(R"({"jsonrpc":"2.0","id":)" + std::string(id) +
        R"(,"method":"tools/call","params":{"name":"add","arguments":{"n":2},"_meta":)" + std::string(meta) + "}}");
    EXPECT_EQ(step.start.size(), 1U) << step.out;
    return step.start.empty() ? 0 : step.start[0].number;
  }
};

constexpr std::string_view kModernMeta =
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}})";

std::string modern(std::string_view id, std::string_view method, std::string_view more = "") {
  return R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":")" + std::string(method) + R"(","params":{)" +
         std::string(kModernMeta) + std::string(more) + "}}";
}

// ---- The handshake of 2025.

TEST_F(ServerTest, InitializeAgreesOnTheClientsRevisionOrOffersTheLatest) {
  for (const auto& [asked, given] : {std::pair{"2025-11-25", "2025-11-25"},
                                     {"2025-06-18", "2025-06-18"},
                                     {"2025-03-26", "2025-03-26"},
                                     {"2024-11-05", "2025-11-25"},
                                     {"2026-07-28", "2025-11-25"},
                                     {"nonsense", "2025-11-25"}}) {
    StateSealer fresh_sealer;
    Server fresh(catalog(), fresh_sealer, local_user());
    const auto out = fresh
                         .receive(R"({"jsonrpc":"2.0","id":"a","method":"initialize","params":{"protocolVersion":")" +
                                      std::string(asked) + R"("}})",
                                  0)
                         .out;
    const Json answer = Json::parse(out);
    EXPECT_EQ(answer["id"], "a");
    EXPECT_EQ(answer["result"]["protocolVersion"], given);
    EXPECT_EQ(answer["result"]["serverInfo"]["name"], "test");
    EXPECT_EQ(answer["result"]["instructions"], "Be kind.");
    EXPECT_TRUE(answer["result"]["capabilities"].contains("tools"));
  }
}

TEST_F(ServerTest, InitializeOnceAndWithARevision) {
  EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":1,"method":"initialize"})")["error"]["code"], kInvalidParams);
  handshake();
  EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}})")["error"]
                                                                                                              ["code"],
            kInvalidRequest);
}

TEST_F(ServerTest, BeforeInitializeOnlyPingIsAnswered) {
  EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":1,"method":"ping"})")["result"], Json::object());
  EXPECT_THAT(ask(R"({"jsonrpc":"2.0","id":2,"method":"tools/list"})")["error"]["message"].get<std::string>(),
              HasSubstr("initialize"));
}

TEST_F(ServerTest, ListsToolsInTheirOrderWithEveryAnnotation) {
  handshake();
  const Json tools = ask(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})")["result"]["tools"];
  ASSERT_EQ(tools.size(), 2U);
  EXPECT_EQ(tools[0]["name"], "zoom");
  EXPECT_EQ(tools[1]["name"], "add");
  EXPECT_EQ(tools[0]["annotations"], Json::parse(R"({"title":"A tool","readOnlyHint":true,"destructiveHint":false,
                                                     "idempotentHint":true,"openWorldHint":false})"));
  EXPECT_TRUE(tools[0].contains("outputSchema"));
  EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}})")["error"]["code"],
            kInvalidParams);
}

TEST_F(ServerTest, AnOldClientSeesOnlyWhatItsRevisionKnows) {
  handshake("2025-03-26");
  const Json listed = ask(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})")["result"]["tools"][0];
  EXPECT_FALSE(listed.contains("outputSchema"));
  EXPECT_FALSE(listed.contains("title"));
  const auto call = start("2");
  const Json result = Json::parse(server.finish(call, said_with_everything()));
  EXPECT_EQ(result["result"], Json::parse(R"({"content":[{"type":"text","text":"done"}]})"));
}

TEST_F(ServerTest, WhatItDoesNotOfferIsMethodNotFound) {
  handshake();
  for (const auto* method :
       {"server/discover", "resources/list", "prompts/list", "tasks/get", "tools/List", "logging/setLevel", ""}) {
    EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":1,"method":")" + std::string(method) + R"("})")["error"]["code"],
              kMethodNotFound);
  }
}

TEST_F(ServerTest, ResponsesAndUnknownNotificationsAreNotAnswered) {
  handshake();
  EXPECT_THAT(say(R"({"jsonrpc":"2.0","id":9,"result":{}})"), IsEmpty());
  EXPECT_THAT(say(R"({"jsonrpc":"2.0","id":9,"error":{"code":1,"message":"x"}})"), IsEmpty());
  EXPECT_THAT(say(R"({"jsonrpc":"2.0","method":"notifications/roots/list_changed"})"), IsEmpty());
  EXPECT_THAT(say(R"({"jsonrpc":"2.0","method":"tools/call","params":[1]})"), IsEmpty());
}

// ---- Calls.

TEST_F(ServerTest, ACallIsHandedOutAndItsResultAnswersItsId) {
  handshake();
  const auto call = start(R"("seven")");
  EXPECT_EQ(std::get<CallTool>(step.start[0].work).tool->name, "add");
  EXPECT_EQ(std::get<CallTool>(step.start[0].work).arguments, Json::parse(R"({"n":2})"));
  EXPECT_FALSE(step.start[0].wants_progress);
  const Json answer = Json::parse(server.finish(call, said_with_everything()));
  EXPECT_EQ(answer["id"], "seven");
  EXPECT_EQ(answer["result"]["content"][0]["text"], "done");
  EXPECT_EQ(answer["result"]["content"][1]["type"], "resource_link");
  EXPECT_EQ(answer["result"]["structuredContent"]["a"], 1);
  EXPECT_FALSE(answer["result"].contains("isError"));
  EXPECT_FALSE(answer["result"].contains("resultType"));
  EXPECT_EQ(server.finish(call, said("again")), "");
}

TEST_F(ServerTest, WrongArgumentsAreAnErrorResultThatSaysHowToMendIt) {
  handshake();
  const Json answer = ask(R"({"jsonrpc":"2.0","id":1,"method":"tools/call",
                              "params":{"name":"add","arguments":{"n":0,"m":1}}})");
  EXPECT_EQ(answer["result"]["isError"], true);
  EXPECT_THAT(answer["result"]["content"][0]["text"].get<std::string>(),
              AllOf(HasSubstr("n must be at least 1; got 0"), HasSubstr("\"m\" is not an argument; there are: n")));
  EXPECT_THAT(step.start, IsEmpty());
}

TEST_F(ServerTest, AnUnknownToolAndMalformedParamsAreProtocolErrors) {
  handshake();
  for (const auto* params : {R"({"name":"nope"})", R"({"name":7})", R"({})", R"({"name":"add","arguments":[1]})"}) {
    EXPECT_EQ(
        ask(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)" + std::string(params) + "}")["error"]["code"],
        kInvalidParams);
  }
}

TEST_F(ServerTest, NothingIsSentForAnIdAfterItsCancel) {
  handshake();
  const auto call = start("5", R"({"progressToken":"p"})");
  EXPECT_THAT(say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}})"), IsEmpty());
  EXPECT_THAT(step.cancel, ElementsAre(call));
  EXPECT_EQ(server.progress(call, 1, std::nullopt, "ringing"), "");
  EXPECT_EQ(server.finish(call, said("late")), "");
  EXPECT_EQ(server.fail(call, {.message = "late"}), "");
  say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}})");
  EXPECT_THAT(step.cancel, IsEmpty());
}

TEST_F(ServerTest, ACancelNamesItsRequestExactly) {
  handshake();
  start("5");
  for (const auto* id : {R"("5")", "6", "null", "[5]", "5.0"}) {
    say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + std::string(id) + "}}");
    EXPECT_THAT(step.cancel, IsEmpty()) << id;
  }
}

TEST_F(ServerTest, ProgressGoesToItsTokenAndOnlyForward) {
  handshake();
  const auto call = start("5", R"({"progressToken":77})");
  EXPECT_TRUE(step.start[0].wants_progress);
  const Json told = Json::parse(server.progress(call, 1, 4.0, "ringing"));
  EXPECT_EQ(told["method"], "notifications/progress");
  EXPECT_EQ(told["params"]["progressToken"], 77);
  EXPECT_EQ(told["params"]["progress"], 1.0);
  EXPECT_EQ(told["params"]["total"], 4.0);
  EXPECT_EQ(told["params"]["message"], "ringing");
  EXPECT_EQ(server.progress(call, 1, std::nullopt, "again"), "");
  server.finish(call, said("done"));
  EXPECT_EQ(server.progress(call, 2, std::nullopt, "late"), "");
}

TEST_F(ServerTest, NoTokenNoProgress) {
  handshake();
  EXPECT_EQ(server.progress(start("5"), 1, std::nullopt, "ringing"), "");
}

TEST_F(ServerTest, AnIdInUseIsRefusedWithoutEndingItsCall) {
  handshake();
  const auto call = start("5");
  const Json answer = ask(R"({"jsonrpc":"2.0","id":5,"method":"ping"})");
  EXPECT_EQ(answer["id"], nullptr);
  EXPECT_EQ(answer["error"]["code"], kInvalidRequest);
  EXPECT_NE(server.finish(call, said("done")), "");
  EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":5,"method":"ping"})")["id"], 5);
}

TEST_F(ServerTest, CallsInProgressAreBounded) {
  handshake();
  for (std::size_t i = 0; i < Server::kMaxCalls; ++i) start(std::to_string(i));
  const Json refused =
      ask(R"({"jsonrpc":"2.0","id":"more","method":"tools/call","params":{"name":"add","arguments":{"n":1}}})");
  EXPECT_EQ(refused["error"]["code"], kTooManyRequests);
}

TEST_F(ServerTest, ADefectOfAToolIsAnInternalError) {
  handshake();
  EXPECT_EQ(Json::parse(server.fail(start("5"), {.message = "internal error"}))["error"]["code"], kInternalError);
}

// ---- Hostile lines.

TEST_F(ServerTest, MalformedLinesGetErrorsAndTheConnectionGoesOn) {
  const std::string deep(100, '[');
  for (const auto& [line, code] : std::vector<std::pair<std::string, int>>{
           {"{", kParseError},
           {"\xff\xfe", kParseError},
           {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pi\xc3\x28ng\"}", kParseError},
           {deep, kParseError},
           {deep + std::string(100, ']'), kParseError},
           {"1", kInvalidRequest},
           {"null", kInvalidRequest},
           {"[]", kInvalidRequest},
           {"{}", kInvalidRequest},
           {R"({"jsonrpc":"1.0","id":1,"method":"ping"})", kInvalidRequest},
           {R"({"jsonrpc":"2.0","id":1})", kInvalidRequest},
           {R"({"jsonrpc":"2.0","id":1,"method":7})", kInvalidRequest},
           {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", kInvalidRequest},
           {R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", kInvalidRequest},
           {R"({"jsonrpc":"2.0","id":{},"method":"ping"})", kInvalidRequest},
           {R"({"jsonrpc":"2.0","id":99999999999999999999,"method":"ping"})", kInvalidRequest},
           {R"({"jsonrpc":"2.0","id":")" + std::string(kMaxId + 1, 'x') + R"(","method":"ping"})", kInvalidRequest},
           {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[1]})", kInvalidParams},
           {std::string(kMaxMessage + 1, ' '), kInvalidRequest}}) {
    EXPECT_EQ(ask(line)["error"]["code"], code) << line.substr(0, 100);
  }
  EXPECT_EQ(ask(R"({"jsonrpc":"2.0","id":1,"method":"ping"})")["result"], Json::object());
}

// ---- Batches, which came and went.

TEST_F(ServerTest, BatchesBelongToOneRevisionOnly) {
  EXPECT_EQ(ask(R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])")["error"]["code"], kInvalidRequest);
  handshake("2025-06-18");
  EXPECT_EQ(ask(R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])")["error"]["code"], kInvalidRequest);
}

TEST_F(ServerTest, ABatchIsAnsweredTogetherOnceItsLastCallEnds) {
  handshake("2025-03-26");
  const std::string call = R"("method":"tools/call","params":{"name":"add","arguments":{"n":1}})";
  EXPECT_THAT(say(R"([{"jsonrpc":"2.0","id":1,)" + call + R"(},{"jsonrpc":"2.0","id":2,"method":"ping"},7,
                      {"jsonrpc":"2.0","method":"notifications/x"},{"jsonrpc":"2.0","id":3,)" +
                  call + "}]"),
              IsEmpty());
  ASSERT_EQ(step.start.size(), 2U);
  const std::vector calls{step.start[0].number, step.start[1].number};
  EXPECT_EQ(server.finish(calls[0], said("one")), "");
  EXPECT_THAT(
      say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":3}})"),
      ElementsAre(AllOf(HasSubstr("\"one\""), HasSubstr("-32600"), HasSubstr("\"id\":2"), Not(HasSubstr("\"id\":3")))));
  EXPECT_TRUE(Json::parse(step.out).is_array());
}

TEST_F(ServerTest, ABatchOfNotificationsIsAnsweredByNothing) {
  handshake("2025-03-26");
  EXPECT_THAT(say(R"([{"jsonrpc":"2.0","method":"notifications/x"}])"), IsEmpty());
}

// ---- 2026-07-28: every request stands for itself.

TEST_F(ServerTest, DiscoverNamesRevisionCapabilitiesAndHowLongToKeepThem) {
  const Json result = ask(modern("1", "server/discover"))["result"];
  EXPECT_EQ(result["supportedVersions"], Json::parse(R"(["2026-07-28"])"));
  EXPECT_TRUE(result["capabilities"].contains("tools"));
  EXPECT_EQ(result["instructions"], "Be kind.");
  EXPECT_EQ(result["resultType"], "complete");
  EXPECT_GT(result["ttlMs"], 0);
  EXPECT_EQ(result["cacheScope"], "public");
  EXPECT_EQ(result["_meta"][kMetaServerInfo]["version"], "1.2.3");
}

TEST_F(ServerTest, AStatelessRequestNeedsNoInitialize) {
  const Json listed = ask(modern("1", "tools/list"))["result"];
  EXPECT_EQ(listed["tools"].size(), 2U);
  EXPECT_EQ(listed["resultType"], "complete");
  EXPECT_GT(listed["ttlMs"], 0);
  EXPECT_EQ(listed["cacheScope"], "public");
  say(modern("2", "tools/call", R"(,"name":"add","arguments":{"n":1})"));
  ASSERT_EQ(step.start.size(), 1U);
  const Json result = Json::parse(server.finish(step.start[0].number, said("done")))["result"];
  EXPECT_EQ(result["resultType"], "complete");
  EXPECT_EQ(result["_meta"][kMetaServerInfo]["name"], "test");
  const Json refused = ask(modern("3", "tools/call", R"(,"name":"add","arguments":{})"))["result"];
  EXPECT_EQ(refused["resultType"], "complete");
  EXPECT_EQ(refused["isError"], true);
}

TEST_F(ServerTest, WhatTheStatelessRevisionRemovedIsNotFound) {
  for (const auto* method : {"ping", "logging/setLevel", "subscriptions/listen", "resources/subscribe"}) {
    EXPECT_EQ(ask(modern("1", method))["error"]["code"], kMethodNotFound) << method;
  }
}

TEST_F(ServerTest, AStatelessRequestMustSayItsRevisionAndCapabilities) {
  const auto with_meta = [&](std::string_view meta) {
    return ask(R"({"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":)" + std::string(meta) +
               "}}")["error"];
  };
  EXPECT_EQ(with_meta("{}")["code"], kInvalidParams);
  EXPECT_EQ(with_meta(R"({"io.modelcontextprotocol/protocolVersion":"2026-07-28"})")["code"], kInvalidParams);
  EXPECT_EQ(with_meta(R"({"io.modelcontextprotocol/protocolVersion":7})")["code"], kInvalidParams);
  const Json unsupported = with_meta(R"({"io.modelcontextprotocol/protocolVersion":"2027-01-01"})");
  EXPECT_EQ(unsupported["code"], kUnsupportedVersion);
  EXPECT_EQ(unsupported["data"], Json::parse(R"({"supported":["2026-07-28"],"requested":"2027-01-01"})"));
}

}  // namespace
}  // namespace call_agent::mcp
