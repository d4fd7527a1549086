#include "mcp/authorization/bind_rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace call_agent::mcp {
namespace {

TEST(BindRule, ThisMachineIsServedWithoutAuthorization) {
  for (const auto* host : {"127.0.0.1", "localhost", "::1", "[::1]", "127.0.0.2"}) {
    EXPECT_TRUE(check_bind(host, false)) << host;
  }
}

TEST(BindRule, OthersAreNot) {
  for (const auto* host : {"0.0.0.0", "::", "[::]", "192.168.1.7", "::ffff:192.168.1.7", "calls.example.com", ""}) {
    const auto refused = check_bind(host, false);
    ASSERT_FALSE(refused) << host;
    EXPECT_EQ(refused.error().code, Errc::kPermission);
    EXPECT_THAT(refused.error().what, testing::HasSubstr("--token-file"));
    EXPECT_TRUE(check_bind(host, true)) << host;
  }
}

}  // namespace
}  // namespace call_agent::mcp
