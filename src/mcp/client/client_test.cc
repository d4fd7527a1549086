#include "mcp/client/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/test_run.h"

// Over standard input and output. Every server here is an imposter: a shell script that says its lines in order.
namespace call_agent::mcp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using namespace std::chrono_literals;

Client::Options script(std::string text, Era era = Era::kLegacy) {
  return {.child = {.command = {"/bin/sh", "-c", std::move(text)}, .environment = {}}, .era = era};
}

constexpr const char* kHands =
    R"(read line; echo '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","serverInfo":{"name":"s"}}}'
       read initialized; )";

std::string initialized_as(std::string_view revision, int id) {
  return R"(read line; echo '{"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"result":{"protocolVersion":")" +
         std::string(revision) + R"(","serverInfo":{"name":"s"}}}'; cat)";
}

awaitable<Result<std::unique_ptr<Client>>> started(Client::Options options, Deadline deadline = Deadline::after(10s)) {
  co_return co_await Client::start(co_await asio::this_coro::executor, std::move(options), deadline);
}

/// Shakes hands and leaves; the revision, or what went wrong.
std::string agreed(const Client::Options& options) {
  return test::run([](Client::Options how) -> awaitable<std::string> {
    auto client = co_await started(std::move(how));
    if (!client) co_return client.error().what;
    const std::string revision(to_string((*client)->revision()));
    co_await (*client)->close();
    co_return revision;
  }(options));
}

TEST(Client, ShakesHandsListsEveryPageAndFollowsACall) {
  test::run([]() -> awaitable<void> {
    auto client = co_await started(script(std::string(kHands) + R"(
          read line; echo '{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"a"}],"nextCursor":"2"}}'
          read line; echo '{"jsonrpc":"2.0","id":3,"result":{"tools":[{"name":"b"}]}}'
          read line; echo 'a stray line'
          echo '{"jsonrpc":"2.0","id":"p","method":"ping"}'; read pong
          echo '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":4,"progress":1,"message":"half"}}'
          echo '{"jsonrpc":"2.0","id":4,"result":{"content":[]}}'; read end; exit 3)"));
    if (!client) {
      ADD_FAILURE() << client.error().what;
      co_return;
    }
    EXPECT_EQ((*client)->server()["serverInfo"]["name"], "s");
    const auto tools = co_await (*client)->list("tools/list", "tools", Deadline::after(10s));
    EXPECT_TRUE(tools && tools->size() == 2);
    std::vector<std::string> seen;
    const auto called = co_await (*client)->ask(
        "tools/call", {{"name", "a"}},
        [&](double, std::optional<double>, std::string_view message) { seen.emplace_back(message); },
        Deadline::after(10s));
    EXPECT_TRUE(called) << called.error().what;
    EXPECT_THAT(seen, ElementsAre("half"));
    EXPECT_EQ((*client)->stray(), 1);
    EXPECT_EQ(co_await (*client)->close(), 3);
  }());
}

TEST(Client, TriesTheNewestRevisionAndThenShakesHands) {
  EXPECT_EQ(agreed(script(R"(read line
      echo '{"jsonrpc":"2.0","id":1,"result":{"supportedVersions":["2026-07-28"],"capabilities":{}}}'; cat)",
                          Era::kAuto)),
            "2026-07-28");
  for (const std::string_view no :
       {R"("error":{"code":-32601,"message":"Method not found"})", R"("error":{"code":-32602,"message":"initialize!"})",
        R"("error":{"code":-32022,"message":"no","data":{"supported":["2025-11-25"]}})", R"("result":{})",
        R"("result":{"supportedVersions":["2025-11-25"]})", R"("result":7)"}) {
    const auto refuses = R"(read line; echo '{"jsonrpc":"2.0","id":1,)" + std::string(no) + "}'; ";
    EXPECT_EQ(agreed(script(refuses + initialized_as("2025-11-25", 2), Era::kAuto)), "2025-11-25") << no;
  }
}

TEST(Client, AServerThatEndsAtTheNewestRevisionIsStartedAgain) {
  const std::string ends = R"(read line; case "$line" in *discover*) exit 1;; esac; line= ; )";
  const std::string hands =
      R"(echo '{"jsonrpc":"2.0","id":2,"result":{"protocolVersion":"2025-06-18","serverInfo":{}}}'; cat)";
  EXPECT_EQ(agreed(script(ends + hands, Era::kAuto)), "2025-06-18");
}

TEST(Client, TakesOlderRevisionsAndNamesTheOneItDoesNotSpeak) {
  EXPECT_EQ(agreed(script(initialized_as("2025-06-18", 1))), "2025-06-18");
  EXPECT_EQ(agreed(script(initialized_as("2025-03-26", 1))), "2025-03-26");
  EXPECT_THAT(agreed(script(initialized_as("2024-11-05", 1))), HasSubstr("2024-11-05"));
  EXPECT_THAT(agreed(script(initialized_as("2025-11-25", 1), Era::kModern)), HasSubstr("2026-07-28"));
}

TEST(Client, AServerThatDiesIsReportedWithItsLastWords) {
  test::run([]() -> awaitable<void> {
    const auto client = co_await started(script("read line; echo 'out of luck' >&2; exit 7"));
    EXPECT_FALSE(client);
    if (client) co_return;
    EXPECT_EQ(client.error().code, Errc::kUnavailable);
    EXPECT_THAT(client.error().what, HasSubstr("status 7"));
    EXPECT_THAT(client.error().what, HasSubstr("out of luck"));
  }());
}

TEST(Client, ASilentServerIsADeadlineAndAMissingOneIsNotFound) {
  test::run([]() -> awaitable<void> {
    for (const auto era : {Era::kAuto, Era::kModern, Era::kLegacy}) {
      const auto silent = co_await started(script("cat > /dev/null", era), Deadline::after(50ms));
      EXPECT_EQ(silent.error().code, Errc::kDeadline);
    }
    const auto missing = co_await started({.child = {.command = {"/nowhere/server"}, .environment = {}}});
    EXPECT_EQ(missing.error().code, Errc::kNotFound);
  }());
}

TEST(Client, ARefusalIsAnErrorWithTheServersWords) {
  test::run([]() -> awaitable<void> {
    auto client = co_await started(
        script(std::string(kHands) +
               R"(read line; echo '{"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"no such tool"}}'; cat)"));
    if (!client) {
      ADD_FAILURE() << client.error().what;
      co_return;
    }
    const auto refused = co_await (*client)->ask("tools/call", {{"name", "x"}}, {}, Deadline::after(10s));
    EXPECT_EQ(refused.error().code, Errc::kInternal);
    EXPECT_THAT(refused.error().what, HasSubstr("no such tool (-32602)"));
    EXPECT_EQ(co_await (*client)->close(), 0);
  }());
}

// The script hands back, as its result, what it was answered.
TEST(Client, AnswersFormsOfTheServerAndNothingElseItAsks) {
  test::run([]() -> awaitable<void> {
    auto options = script(std::string(kHands) + R"(read line
          echo '{"jsonrpc":"2.0","id":"f","method":"elicitation/create","params":{"message":"Who?","requestedSchema":{}}}'
          read form
          echo '{"jsonrpc":"2.0","id":"u","method":"elicitation/create","params":{"mode":"url","url":"http://x"}}'
          read url
          echo '{"jsonrpc":"2.0","id":"s","method":"sampling/createMessage","params":{}}'
          read sampling
          echo "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":[$form,$url,$sampling]}"; cat)");
    options.answerer = [](const InputRequest& form) {
      return [](Json asked) -> awaitable<Json> {
        co_return Json{{"action", "accept"}, {"content", {{"heard", asked["message"]}}}};
      }(form.params);
    };
    auto client = co_await started(std::move(options));
    if (!client) {
      ADD_FAILURE() << client.error().what;
      co_return;
    }
    const auto told = co_await (*client)->ask("tools/call", {{"name", "x"}}, {}, Deadline::after(10s));
    EXPECT_TRUE(told) << told.error().what;
    if (told) {
      EXPECT_EQ((*told)[0]["result"]["content"]["heard"], "Who?");
      EXPECT_EQ((*told)[1]["error"]["code"], kMethodNotFound);
      EXPECT_EQ((*told)[2]["error"]["code"], kMethodNotFound);
    }
    co_await (*client)->close();
  }());
}

TEST(Client, AServerWithoutEndIsCutOff) {
  test::run([]() -> awaitable<void> {
    const std::string for_ever = R"(n=1; while read line; do n=$((n+1))
        echo "{\"jsonrpc\":\"2.0\",\"id\":$n,\"result\":{\"tools\":[],\"nextCursor\":\"$n\",\"resultType\":\"input_required\"}}"
      done)";
    auto client = co_await started(script(std::string(kHands) + for_ever));
    if (!client) {
      ADD_FAILURE() << client.error().what;
      co_return;
    }
    const auto pages = co_await (*client)->list("tools/list", "tools", Deadline::after(10s));
    EXPECT_THAT(pages.error().what, HasSubstr("does not end"));
    const auto rounds = co_await (*client)->ask("tools/call", {{"name", "x"}}, {}, Deadline::after(10s));
    EXPECT_THAT(rounds.error().what, HasSubstr("asks without end"));
    co_await (*client)->close();
  }());
}

}  // namespace
}  // namespace call_agent::mcp
