#include "mcp/request_state.h"

#include <gtest/gtest.h>

#include <string>

namespace call_agent::mcp {
namespace {

constexpr StateBinding kBinding{.principal = "ada", .method = "tools/call", .request = R"({"name":"call"})"};
constexpr std::int64_t kNow = 1'800'000'000'000;

TEST(RequestState, ComesBackAsItWas) {
  StateSealer sealer;
  const Json state = {{"key", "call-7"}, {"round", 2}};
  const auto sealed = sealer.seal(state, kBinding, kNow).value();
  EXPECT_EQ(sealed.find("call-7"), std::string::npos) << "the client cannot read it";
  EXPECT_EQ(sealer.open(sealed, kBinding, kNow + 1000), state);
  EXPECT_NE(sealer.seal(state, kBinding, kNow), sealed) << "nor tell that it is the same again";
}

TEST(RequestState, BelongsToOnePrincipalMethodAndRequest) {
  StateSealer sealer;
  const auto sealed = sealer.seal({{"a", 1}}, kBinding, kNow).value();
  for (const auto& other : {StateBinding{"eve", kBinding.method, kBinding.request},
                            StateBinding{kBinding.principal, "prompts/get", kBinding.request},
                            StateBinding{kBinding.principal, kBinding.method, R"({"name":"hang_up"})"},
                            StateBinding{"adatools/", "call", kBinding.request}}) {
    EXPECT_EQ(sealer.open(sealed, other, kNow).error().code, Errc::kPermission);
  }
  StateSealer elsewhere;
  EXPECT_FALSE(elsewhere.open(sealed, kBinding, kNow)) << "another process has another key";
}

TEST(RequestState, ABitOfItChangedOrAnythingElseIsRefused) {
  StateSealer sealer;
  const auto sealed = sealer.seal({{"a", 1}}, kBinding, kNow).value();
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(sealer.open(changed, kBinding, kNow)) << i;
  }
  for (const auto& text : {std::string(), std::string("x"), sealed + "-TAMPERED", sealed.substr(1),
                           sealed.substr(0, sealed.size() - 1), std::string(StateSealer::kMaxState + 1, 'A')}) {
    EXPECT_FALSE(sealer.open(text, kBinding, kNow)) << text.substr(0, 40);
  }
}

TEST(RequestState, HasItsTime) {
  StateSealer sealer(std::chrono::seconds(60));
  const auto sealed = sealer.seal({{"a", 1}}, kBinding, kNow).value();
  EXPECT_TRUE(sealer.open(sealed, kBinding, kNow + 60'000));
  const auto late = sealer.open(sealed, kBinding, kNow + 60'001);
  ASSERT_FALSE(late);
  EXPECT_NE(late.error().what.find("expired"), std::string::npos);
}

TEST(RequestState, IsBounded) {
  StateSealer sealer;
  EXPECT_EQ(sealer.seal(std::string(StateSealer::kMaxState, 'x'), kBinding, kNow).error().code, Errc::kInvalidArgument);
}

}  // namespace
}  // namespace call_agent::mcp
