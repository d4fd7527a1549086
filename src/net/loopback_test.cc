#include "net/loopback.h"

#include <gtest/gtest.h>

namespace call_agent::net {
namespace {

TEST(Loopback, IsAnAddressOrTheNameOfThisMachine) {
  for (const auto* host :
       {"127.0.0.1", "127.0.0.1:5060", "127.1.2.3", "localhost", "localhost:7880", "[::1]:5060", "::1"}) {
    EXPECT_TRUE(is_loopback(host)) << host;
  }
}

TEST(Loopback, IsNothingElse) {
  for (const auto* host :
       {"", "127.0.0.1.example.com", "127.example.com", "localhost.example.com", "10.0.0.1", "sip.example.com:5060",
        "[::2]", "::2", "::", "::1]", "0.0.0.0", "127.0.0.1 sip.example.com", "sip:127.0.0.1"}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

}  // namespace
}  // namespace call_agent::net
