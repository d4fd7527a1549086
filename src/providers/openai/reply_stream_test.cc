#include "providers/openai/reply_stream.h"

#include <gtest/gtest.h>

namespace call_agent::providers::openai {
namespace {

std::string push(ReplyStream& stream, std::string_view data) {
  auto text = stream.push(data);
  EXPECT_TRUE(text) << data;
  return text.value_or("");
}

TEST(ReplyStream, JoinsTextAndEndsWithTheFinishReason) {
  ReplyStream stream;
  EXPECT_EQ(push(stream, R"({"choices":[{"delta":{"role":"assistant","content":null}}]})"), "");
  EXPECT_EQ(push(stream, R"({"choices":[{"delta":{"content":"Good "}}]})"), "Good ");
  EXPECT_EQ(push(stream, R"({"choices":[{"delta":{"content":"evening."}}]})"), "evening.");
  EXPECT_FALSE(stream.complete());
  push(stream, R"({"choices":[{"delta":null,"finish_reason":"stop"}]})");
  EXPECT_TRUE(stream.complete());
}

TEST(ReplyStream, PutsToolCallsTogetherByIndexWhateverTheFinishReasonSays) {
  ReplyStream stream;
  push(
      stream,
      R"({"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"end_call","arguments":""}}]}}]})");
  push(
      stream,
      R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"send_dtmf","arguments":"{\"dig"}}]}}]})");
  push(stream, R"({"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"its\":\"1\"}"}}]}}]})");
  push(stream, R"({"choices":[{"delta":{},"finish_reason":"stop"}]})");
  const auto reply = stream.take();
  ASSERT_EQ(reply.tool_calls.size(), 2U);
  EXPECT_EQ(reply.tool_calls[0].name, "send_dtmf");
  EXPECT_EQ(reply.tool_calls[0].arguments, Json({{"digits", "1"}}));
  EXPECT_EQ(reply.tool_calls[1].id, "b");
  EXPECT_EQ(reply.tool_calls[1].arguments, Json::object());
}

TEST(ReplyStream, CountsUsageFromAChunkWithoutChoices) {
  ReplyStream stream;
  push(stream, R"({"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3}})");
  push(stream, "[DONE]");
  const auto reply = stream.take();
  EXPECT_EQ(reply.prompt_tokens, 12);
  EXPECT_EQ(reply.completion_tokens, 3);
  EXPECT_TRUE(stream.complete());
}

TEST(ReplyStream, AnErrorInTheStreamIsAnError) {
  ReplyStream stream;
  const auto text = stream.push(R"({"error":{"message":"overloaded"}})");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Errc::kUnavailable);
}

TEST(ReplyStream, SurvivesHostileChunks) {
  for (const auto* data : {"garbage", "[]", "7", ""}) {
    ReplyStream stream;
    EXPECT_FALSE(stream.push(data)) << data;
  }
  for (const auto* data : {R"({"choices":7})", R"({"choices":[7]})",
                           R"({"choices":[{"delta":{"tool_calls":[7,{"index":-1},{"index":99}]}}]})",
                           R"({"choices":[{"delta":{"content":{"a":1},"tool_calls":{}}}]})", R"({"usage":"none"})"}) {
    ReplyStream stream;
    EXPECT_EQ(push(stream, data), "") << data;
    EXPECT_TRUE(stream.take().tool_calls.empty());
  }
}

TEST(ReplyStream, DropsAToolCallWhoseArgumentsNeverBecameAnObject) {
  ReplyStream stream;
  push(
      stream,
      R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"end_call","arguments":"{\"rea"}}]}}]})");
  EXPECT_TRUE(stream.take().tool_calls.empty());
}

}  // namespace
}  // namespace call_agent::providers::openai
