#include "providers/openai/openai_llm.h"

#include <gtest/gtest.h>

#include "core/channel.h"
#include "core/task_group.h"
#include "core/test_run.h"
#include "providers/openai/imposter_openai_server.h"

namespace call_agent::providers::openai {
namespace {

using imposter::text_chunk;
using Script = net::ImposterServer::Script;

const agent::Objective kBooking{.text = "Book a table."};

struct Heard {
  Result<agent::Llm::Reply> reply = fail(Errc::kInternal, "nothing yet");
  std::string text;
  std::size_t connections = 0;
};

OpenAiOptions options_for(const net::ImposterServer& server) {
  return {.base_url = server.url("http", "/v1/"), .api_key = "key", .model = "m"};
}

awaitable<Heard> ask(Script script, milliseconds first_token) {
  const auto executor = co_await asio::this_coro::executor;
  net::ImposterServer server(executor, {std::move(script)});
  net::HttpClient http(executor);
  OpenAiOptions options = options_for(server);
  options.first_token = first_token;
  auto llm = OpenAiLlm::create(http, options);
  Heard heard;
  heard.reply = co_await (*llm)->reply({kBooking, {}, {}}, [&](std::string_view piece) { heard.text += piece; });
  heard.connections = server.connections();
  co_await server.stop();
  co_return heard;
}

Heard hear(Script script, milliseconds first_token = milliseconds(10'000)) {
  return test::run(ask(std::move(script), first_token));
}

TEST(OpenAiLlm, StreamsTextAndReturnsWhatElseCame) {
  const auto heard = hear(imposter::stream_of(
      {R"({"choices":[{"delta":{"role":"assistant","content":null}}]})", text_chunk("Good "), text_chunk("bye."),
       R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"end_call","arguments":"{}"}}]}}]})",
       R"({"choices":[{"delta":null,"finish_reason":"tool_calls"}]})",
       R"({"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}})"}));
  ASSERT_TRUE(heard.reply) << heard.reply.error().what;
  EXPECT_EQ(heard.text, "Good bye.");
  ASSERT_EQ(heard.reply->tool_calls.size(), 1U);
  EXPECT_EQ(heard.reply->tool_calls[0].name, "end_call");
  EXPECT_EQ(heard.reply->prompt_tokens, 9);
}

TEST(OpenAiLlm, ACutInMidReplyIsAnErrorAfterWhatWasHeard) {
  const auto heard = hear(imposter::cut_after({text_chunk("Good ")}));
  ASSERT_FALSE(heard.reply);
  EXPECT_EQ(heard.reply.error().code, Errc::kUnavailable);
  EXPECT_EQ(heard.text, "Good ");
}

TEST(OpenAiLlm, AReplyThatIsWholeIsOneHoweverTheConnectionEnds) {
  const auto heard = hear(
      imposter::cut_after({text_chunk("Goodbye."), R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"}));
  EXPECT_TRUE(heard.reply) << heard.reply.error().what;
  EXPECT_EQ(heard.text, "Goodbye.");
}

TEST(OpenAiLlm, GarbageIsAnErrorAndNothingBehindItIsSpoken) {
  const auto heard = hear(imposter::stream_of({"{not json", text_chunk("never")}));
  ASSERT_FALSE(heard.reply);
  EXPECT_EQ(heard.reply.error().code, Errc::kInvalidArgument);
  EXPECT_EQ(heard.text, "");
}

TEST(OpenAiLlm, ErrorsNameWhatToMendAndAreNotRetried) {
  const auto quota = hear(imposter::answer(429, R"({"error":{"message":"slow down"}})"));
  ASSERT_FALSE(quota.reply);
  EXPECT_EQ(quota.reply.error().code, Errc::kOverloaded);
  EXPECT_NE(quota.reply.error().what.find("slow down"), std::string::npos);
  EXPECT_EQ(quota.connections, 1U);

  const auto refused = hear(imposter::answer(401, "no"));
  ASSERT_FALSE(refused.reply);
  EXPECT_NE(refused.reply.error().what.find("LLM_API_KEY"), std::string::npos);
}

TEST(OpenAiLlm, ASilentServerIsGivenUpWithinTheFirstTokenLimit) {
  bool left = false;
  const auto heard = hear(imposter::silent_after({}, left), milliseconds(50));
  ASSERT_FALSE(heard.reply);
  EXPECT_EQ(heard.reply.error().code, Errc::kDeadline);
}

TEST(OpenAiLlm, NobodyListeningIsUnavailable) {
  asio::io_context io(1);
  net::HttpClient http(io.get_executor());
  auto llm = OpenAiLlm::create(http, {.base_url = "http://127.0.0.1:1/v1", .api_key = "", .model = "m"});
  const auto reply = test::run_on(io, (*llm)->reply({kBooking, {}, {}}, [](std::string_view) {}));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::kUnavailable);
}

awaitable<void> reply_until_cancelled(OpenAiLlm& llm, Notifier& heard) {
  co_await llm.reply({kBooking, {}, {}}, [&](std::string_view) { heard.notify(); });
}

awaitable<bool> cancel_after_the_first_word() {
  const auto executor = co_await asio::this_coro::executor;
  bool left = false;
  net::ImposterServer server(executor, {imposter::silent_after({text_chunk("Well, ")}, left)});
  net::HttpClient http(executor);
  auto llm = OpenAiLlm::create(http, options_for(server));
  Notifier heard(executor);
  TaskGroup group(executor);
  group.spawn(reply_until_cancelled(**llm, heard));
  co_await heard.wait(Deadline::after(milliseconds(10'000)));
  group.cancel();
  co_await group.join();
  const auto limit = Deadline::after(milliseconds(10'000));
  while (!left && !limit.passed()) co_await asio::post(executor, asio::use_awaitable);
  co_await server.stop();
  co_return left;
}

TEST(OpenAiLlm, CancellingDropsTheConnection) {
  EXPECT_TRUE(test::run(cancel_after_the_first_word()));
}

awaitable<Result<agent::Report>> ask_for_report(Script script) {
  const auto executor = co_await asio::this_coro::executor;
  net::ImposterServer server(executor, {std::move(script)});
  net::HttpClient http(executor);
  auto llm = OpenAiLlm::create(http, options_for(server));
  auto report = co_await (*llm)->report({kBooking, {}, {}});
  co_await server.stop();
  co_return report;
}

TEST(OpenAiLlm, ReportsEvenFromAModelThatIgnoresTheFormat) {
  const auto report =
      test::run(ask_for_report(imposter::answer(200, R"({"choices":[{"message":{"content":"All fine."}}]})")));
  ASSERT_TRUE(report) << report.error().what;
  EXPECT_EQ(report->summary, "All fine.");
  EXPECT_FALSE(test::run(ask_for_report(imposter::answer(500, "<html>"))));
}

TEST(OpenAiLlm, WrongSettingsNameTheVariable) {
  asio::io_context io(1);
  net::HttpClient http(io.get_executor());
  for (const char* url : {"", "localhost", "ftp://x", "ws://x", "http://", "http://x/v1?key=1"}) {
    const auto llm = OpenAiLlm::create(http, {.base_url = url, .api_key = "", .model = "m"});
    ASSERT_FALSE(llm);
    EXPECT_NE(llm.error().what.find("LLM_BASE_URL"), std::string::npos);
  }
  const auto llm = OpenAiLlm::create(http, {.base_url = "http://x/v1", .api_key = "", .model = ""});
  ASSERT_FALSE(llm);
  EXPECT_NE(llm.error().what.find("LLM_MODEL"), std::string::npos);
}

}  // namespace
}  // namespace call_agent::providers::openai
