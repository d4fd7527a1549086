#include "mcp/authorization/static_tokens.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace call_agent::mcp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string kAlice = "alice-0123456789abcdef0123456789";
const std::vector<std::string> kScopes{"calls:read", "calls:place"};
const std::string kBob = "bob-0123456789abcdef012345678901";

TEST(StaticTokens, StandForAPrincipalWithScopes) {
  const auto tokens = StaticTokens::parse(
      "# who may call\n\n" + kAlice + " alice calls:read\tcalls:place\r\n  " + kBob + "  bob calls:read", kScopes);
  ASSERT_TRUE(tokens) << tokens.error().what;
  EXPECT_EQ(tokens->size(), 2U);
  EXPECT_EQ(tokens->find(kAlice)->id, "alice");
  EXPECT_THAT(tokens->find(kAlice)->scopes, ElementsAre("calls:read", "calls:place"));
  EXPECT_EQ(tokens->find(kBob)->id, "bob");
  EXPECT_THAT(tokens->find(kBob)->scopes, ElementsAre("calls:read"));
}

TEST(StaticTokens, AreKnownAsAWholeOnly) {
  const auto tokens = StaticTokens::parse(kAlice + " alice calls:read", kScopes).value();
  for (const auto& other : {std::string(), kAlice.substr(1), kAlice + "0", kBob, std::string("alice")}) {
    EXPECT_FALSE(tokens.find(other)) << other;
  }
}

TEST(StaticTokens, AWrongLineIsNamedAndNotRepeated) {
  for (const auto& [line, why] : std::initializer_list<std::pair<std::string, const char*>>{
           {kAlice, "whom"},
           {kAlice + " alice", "scopes"},
           {kAlice + " alice calls:reed", "calls:read calls:place"},
           {kAlice + " local calls:read", "local"},
           {"too-short alice calls:read", "openssl rand"},
           {kAlice + " https://id.example|alice calls:read", "|"},
           {kBob + " again calls:read", "already"}}) {
    const auto tokens = StaticTokens::parse(fmt::format("{} bob calls:read\n{}\n", kBob, line), kScopes);
    ASSERT_FALSE(tokens) << line;
    EXPECT_EQ(tokens.error().code, Errc::kInvalidArgument);
    EXPECT_THAT(tokens.error().what, HasSubstr("line 2"));
    EXPECT_THAT(tokens.error().what, HasSubstr(why));
    EXPECT_THAT(tokens.error().what, Not(HasSubstr(line.substr(0, line.find(' ')))));
  }
}

TEST(StaticTokens, AFileThatIsNotThereIsNamed) {
  const auto tokens = StaticTokens::load("/no/such/tokens", kScopes);
  ASSERT_FALSE(tokens);
  EXPECT_EQ(tokens.error().code, Errc::kNotFound);
  EXPECT_THAT(tokens.error().what, HasSubstr("/no/such/tokens"));
}

}  // namespace
}  // namespace call_agent::mcp
