#include "livekit/rtc/join_options.h"

#include <gtest/gtest.h>

namespace call_agent::livekit::rtc {
namespace {

JoinOptions good() {
  JoinOptions options;
  options.url = "wss://example.livekit.cloud";
  options.token = "header.claims.signature";
  options.callee_identity = "callee";
  return options;
}

TEST(JoinOptions, GoodOnesPass) {
  EXPECT_TRUE(validate(good()));
  auto options = good();
  options.url = "ws://[::1]:7880/prefix?x=1";
  options.publish_rate = 48000;
  EXPECT_TRUE(validate(options));
}

TEST(JoinOptions, EachLimitIsTheLastThatPasses) {
  auto options = good();
  options.url = "ws://" + std::string(2043, 'a');
  options.token = std::string(64 * 1024, 'a');
  options.callee_identity = std::string(256, 'a');
  options.publish_rate = 8000;
  options.connect_timeout = milliseconds{60'000};
  EXPECT_TRUE(validate(options));
}

TEST(JoinOptions, NothingThatCouldAbortTheLibraryPasses) {
  const auto refused = [](auto change) {
    auto options = good();
    change(options);
    const auto result = validate(options);
    return !result && result.error().code == Errc::kInvalidArgument;
  };
  for (const char* url : {"", "https://a", "ws://", "wss:///path", "ws://user:pass@host", "ws://a b", "ws://a\n",
                          "ws://\xff", "ws://[::1"}) {
    EXPECT_TRUE(refused([&](JoinOptions& o) { o.url = url; })) << url;
  }
  EXPECT_TRUE(refused([](JoinOptions& o) { o.url = "ws://" + std::string(2044, 'a'); }));
  for (const auto& token : {std::string(), std::string("a b"), std::string("a\0b", 3), std::string("\xff"),
                            std::string(64 * 1024 + 1, 'a')}) {
    EXPECT_TRUE(refused([&](JoinOptions& o) { o.token = token; })) << token.size() << " bytes";
  }
  EXPECT_TRUE(refused([](JoinOptions& o) { o.callee_identity.clear(); }));
  EXPECT_TRUE(refused([](JoinOptions& o) { o.callee_identity = std::string(257, 'a'); }));
  for (const int rate : {0, -24000, 7999, 22050, 96000}) {
    EXPECT_TRUE(refused([&](JoinOptions& o) { o.publish_rate = rate; })) << rate;
  }
  EXPECT_TRUE(refused([](JoinOptions& o) { o.connect_timeout = milliseconds{0}; }));
  EXPECT_TRUE(refused([](JoinOptions& o) { o.connect_timeout = milliseconds{60'001}; }));
}

TEST(JoinOptions, AnErrorNeverRepeatsTheToken) {
  auto options = good();
  options.token = "secret token";
  EXPECT_EQ(validate(options).error().what.find("secret"), std::string::npos);
}

TEST(JoinOptions, OnlyAServerNamedByAddressGetsANumericStunServer) {
  EXPECT_TRUE(resolver_may_be_absent("ws://127.0.0.1:7880"));
  EXPECT_TRUE(resolver_may_be_absent("ws://localhost:7880"));
  EXPECT_TRUE(resolver_may_be_absent("wss://[2001:db8::1]/x"));
  EXPECT_FALSE(resolver_may_be_absent("wss://example.livekit.cloud"));
  EXPECT_FALSE(resolver_may_be_absent("wss://1.2.3.4.example.org"));
}

}  // namespace
}  // namespace call_agent::livekit::rtc
