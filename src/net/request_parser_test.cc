#include "net/request_parser.h"

#include <gtest/gtest.h>

namespace call_agent::net {
namespace {

/// As a connection reads: what was not taken is given again, with more after it.
ServerRequest parse_in_pieces(std::string_view text, std::size_t size) {
  RequestParser parser(4096, 4096);
  std::string unread;
  for (; !text.empty(); text.remove_prefix(std::min(size, text.size()))) {
    unread += text.substr(0, size);
    unread.erase(0, parser.put(unread));
    EXPECT_FALSE(parser.refusal()) << parser.refusal()->body;
  }
  EXPECT_TRUE(parser.done());
  EXPECT_EQ(unread, "");
  return parser.take();
}

TEST(RequestParser, HowARequestIsCutDoesNotMatter) {
  struct Case {
    std::string_view body, says;
  };
  constexpr std::string_view kHead = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const auto& [body, says] : {Case{"0\r\n\r\n", ""}, Case{"0\r\nX-Sum: 1\r\n\r\n", ""},
                                   Case{"1;a=\"b\"\r\nx\r\n2\r\nyz\r\n0;c\r\n\r\n", "xyz"}}) {
    const auto text = std::string(kHead).append(body);
    for (std::size_t size = 1; size <= text.size(); ++size) {
      const auto request = parse_in_pieces(text, size);
      EXPECT_EQ(request.body, says) << size;
      EXPECT_EQ(request.headers.size(), 2U) << size;
    }
  }
}

}  // namespace
}  // namespace call_agent::net
