#include "net/url.h"

#include <gtest/gtest.h>

namespace call_agent::net {
namespace {

TEST(Url, IsTakenApart) {
  const auto url = parse_url("wss://agent.example.com:7443/a/b%20c?x=1&y=%2F#top");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->secure);
  EXPECT_TRUE(url->websocket);
  EXPECT_EQ(url->host, "agent.example.com");
  EXPECT_EQ(url->port, 7443);
  EXPECT_EQ(url->target, "/a/b%20c?x=1&y=%2F");
  EXPECT_EQ(url->authority(), "agent.example.com:7443");
}

TEST(Url, HasTheDefaultsOfItsScheme) {
  EXPECT_EQ(parse_url("https://example.com")->port, 443);
  EXPECT_EQ(parse_url("HTTP://example.com")->port, 80);
  EXPECT_EQ(parse_url("ws://example.com?q")->target, "/?q");
  EXPECT_EQ(parse_url("https://example.com:443/")->authority(), "example.com");
  EXPECT_EQ(parse_url("http://[::1]:7880/")->host, "::1");
  EXPECT_EQ(parse_url("http://[::1]:7880/")->authority(), "[::1]:7880");
}

TEST(Url, RefusesWhatCannotBeConnectedTo) {
  for (const auto* text :
       {"", "example.com", "/path", "ftp://example.com", "http://", "http:///path", "http://a:0/", "http://a:99999/",
        "http://user:secret@example.com/", "http://a b/", "http://127.0.0.1.example.com/", "http://a%0d%0ab/"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, Errc::kInvalidArgument);
    EXPECT_EQ(url.error().what.find("secret"), std::string::npos);
  }
}

}  // namespace
}  // namespace call_agent::net
