#include "app/http_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace call_agent::app {
namespace {

using testing::Contains;
using testing::HasSubstr;

HttpOptions listening(std::string listen) {
  HttpOptions options;
  options.listen = std::move(listen);
  return options;
}

std::string refusal(const HttpOptions& options) {
  const auto address = HttpAddress::of(options);
  return address ? "accepted" : address.error().what;
}

TEST(HttpAddress, IsAnAddressOfThisMachineAndAPort) {
  for (const auto& [listen, host, port] : {std::tuple{"127.0.0.1:9000", "127.0.0.1", 9000},
                                           {"localhost:1", "localhost", 1},
                                           {"[::1]:8719", "::1", 8719},
                                           {":0", "127.0.0.1", 0},
                                           {"8719", "127.0.0.1", 8719}}) {
    const auto address = HttpAddress::of(listening(listen));
    ASSERT_TRUE(address) << listen;
    EXPECT_EQ(address->host, host);
    EXPECT_EQ(address->port, port);
  }
  for (const auto* listen :
       {"127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", ":8719x", "127.0.0.1:8719 "}) {
    EXPECT_THAT(refusal(listening(listen)), HasSubstr("127.0.0.1:8719")) << listen;
  }
}

TEST(HttpAddress, ThePublicIsNotServedWithoutAuthorization) {
  for (const auto* listen : {"0.0.0.0:8719", "[::]:8719", "192.168.1.2:8719", "calls.example.com:443"}) {
    auto options = listening(listen);
    EXPECT_THAT(refusal(options), HasSubstr("--token-file")) << "it says what to do";
    options.token_file = "tokens";
    EXPECT_EQ(refusal(options), "accepted") << listen;
    options.token_file.clear();
    options.issuer = "https://id.example.com";
    EXPECT_EQ(refusal(options), "accepted") << listen;
  }
}

TEST(HttpAddress, ClientsMayUseItsPublicNameAndTheAddressItListensOn) {
  auto options = listening("[fd00::1]:8719");
  options.token_file = "tokens";
  options.public_url = "https://calls.example.com/mcp";
  options.allowed_hosts = {"calls.internal"};
  const auto address = HttpAddress::of(options);
  ASSERT_TRUE(address) << address.error().what;
  EXPECT_EQ(address->url, "https://calls.example.com/mcp");
  for (const auto* host : {"calls.internal", "calls.example.com", "[fd00::1]"}) {
    EXPECT_THAT(address->allowed_hosts, Contains(host));
  }
}

TEST(HttpAddress, APublicUrlNamesTheEndpoint) {
  auto options = listening(":8719");
  for (const auto* url : {"calls.example.com", "https://calls.example.com", "wss://calls.example.com/mcp",
                          "https://calls.example.com/mcp?a=b", "https://u:p@calls.example.com/mcp"}) {
    options.public_url = url;
    EXPECT_THAT(refusal(options), HasSubstr("https://calls.example.com/mcp")) << url;
  }
}

TEST(HttpAddress, ACertificateNeedsItsKey) {
  auto options = listening(":8719");
  options.certificate_file = "chain.pem";
  EXPECT_THAT(refusal(options), HasSubstr("--tls-key"));
  options.key_file = "key.pem";
  EXPECT_EQ(refusal(options), "accepted");
}

TEST(HttpService, TokensOfAnIssuerAreMadeOutToAUrl) {
  asio::io_context io;
  mcp::Catalog catalog{mcp::Offer{}};
  Metrics metrics;
  auto options = listening(":0");
  options.issuer = "https://id.example.com";
  const auto made = HttpService::create(io.get_executor(), catalog, metrics, {}, options);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().what, HasSubstr("--public-url"));
}

}  // namespace
}  // namespace call_agent::app
