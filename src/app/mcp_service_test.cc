#include "app/mcp_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace call_agent::app {
namespace {

using testing::HasSubstr;

TEST(HttpOptions, NameAnAddressOfThisMachineAndAPort) {
  for (const auto& [listen, host, port] : {std::tuple{"127.0.0.1:9000", "127.0.0.1", 9000},
                                           {"localhost:1", "localhost", 1},
                                           {"[::1]:8719", "::1", 8719},
                                           {":0", "127.0.0.1", 0},
                                           {"8719", "127.0.0.1", 8719}}) {
    const auto options = http_options(listen);
    ASSERT_TRUE(options) << listen;
    EXPECT_EQ(options->host, host);
    EXPECT_EQ(options->port, port);
  }
  for (const auto* listen :
       {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", ":8719x"}) {
    EXPECT_THAT(http_options(listen).error().what, HasSubstr("127.0.0.1:8719")) << listen;
  }
}

TEST(HttpOptions, ThePublicIsNotServedWithoutAuthorization) {
  for (const auto* listen : {"0.0.0.0:8719", "[::]:8719", "192.168.1.2:8719", "calls.example.com:443"}) {
    const auto options = http_options(listen);
    ASSERT_FALSE(options) << listen;
    EXPECT_THAT(options.error().what, HasSubstr("127.0.0.1")) << "it says what to do";
  }
}

}  // namespace
}  // namespace call_agent::app
