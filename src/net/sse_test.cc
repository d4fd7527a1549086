#include <fmt/format.h>
#include <gtest/gtest.h>

#include "net/http.h"

namespace call_agent::net {
namespace {

using Event = SseParser::Event;

// "event|data|id" of each event, in pieces of `size` bytes.
std::vector<std::string> events(std::string_view stream, std::size_t size) {
  SseParser parser;
  std::vector<std::string> out;
  for (std::size_t at = 0; at < stream.size(); at += size) {
    for (const Event& e : parser.push(stream.substr(at, size))) out.push_back(e.event + "|" + e.data + "|" + e.id);
  }
  return out;
}

void expect_events(std::string_view stream, const std::vector<std::string>& expected) {
  for (std::size_t size = 1; size <= stream.size() + 1; ++size) {
    EXPECT_EQ(events(stream, size), expected) << "in pieces of " << size;
  }
}

TEST(SseParser, ReadsEventsInPiecesOfAnySize) {
  expect_events("data: one\n\nevent: add\ndata: two\nid: 7\n\n", {"|one|", "add|two|7"});
}

TEST(SseParser, TakesAnyLineEnding) {
  expect_events("data: a\r\n\r\ndata: b\r\rdata: c\n\n", {"|a|", "|b|", "|c|"});
  expect_events("data: a\r\ndata: b\r\n\r\n", {"|a\nb|"});
}

TEST(SseParser, JoinsDataLines) {
  expect_events("data: a\ndata:\ndata:b\n\n", {"|a\n\nb|"});
}

TEST(SseParser, IgnoresCommentsUnknownFieldsAndEventsWithoutData) {
  expect_events(": keep-alive\n\nretry: 10\nwhat\ndata: x\n\nevent: empty\n\ndata: y\n\n", {"|x|", "|y|"});
}

TEST(SseParser, StripsOneSpaceAndAByteOrderMark) {
  expect_events(
      "\xEF\xBB\xBF"
      "data:  two\n\n",
      {"| two|"});
}

TEST(SseParser, RemembersTheLastId) {
  expect_events("id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n", {"|a|1", "|b|1", "|c|"});
}

TEST(SseParser, AnUnfinishedEventIsNotOne) {
  expect_events("data: whole\n\ndata: half\n", {"|whole|"});
}

TEST(SseParser, DropsAnEventThatIsTooLargeAndFindsTheNext) {
  const std::string huge = "data: " + std::string(700'000, 'x') + "\n";
  for (const std::size_t size : {std::size_t{1} << 12U, std::size_t{1} << 24U}) {
    SseParser parser;
    std::vector<Event> out;
    const std::string stream = fmt::format("data: a\n\n{0}{0}data: tail\n\ndata: b\n\n", huge);
    for (std::size_t at = 0; at < stream.size(); at += size) {
      for (auto& event : parser.push(std::string_view(stream).substr(at, size))) out.push_back(event);
    }
    ASSERT_EQ(out.size(), 2U);
    EXPECT_EQ(out[1].data, "b");
    EXPECT_EQ(parser.dropped(), 1U);
  }
}

}  // namespace
}  // namespace call_agent::net
