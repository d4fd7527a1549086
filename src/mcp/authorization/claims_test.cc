#include "mcp/authorization/claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace call_agent::mcp {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kNow = 1'800'000'000;
const ClaimRules kRules{.issuer = "https://id.example", .audience = "https://calls.example/mcp"};

Json claims(const Json& changed = Json::object()) {
  Json all{{"iss", kRules.issuer}, {"aud", kRules.audience}, {"sub", "alice"}, {"exp", kNow + 60}};
  for (const auto& [name, value] : changed.items()) {
    if (value.is_null()) {
      all.erase(name);
    } else {
      all[name] = value;
    }
  }
  return all;
}
bool taken(const Json& changed) {
  return principal_of(claims(changed), kRules, kNow).has_value();
}

TEST(Claims, NameASubjectOfTheirIssuer) {
  const auto principal = principal_of(claims({{"scope", "calls:read calls:place"}}), kRules, kNow);
  ASSERT_TRUE(principal) << principal.error().what;
  EXPECT_EQ(principal->id, "https://id.example|alice");
  EXPECT_THAT(principal->scopes, ElementsAre("calls:read", "calls:place"));
  EXPECT_FALSE(principal->every_scope);
}

TEST(Claims, OfAnotherIssuerOrForAnotherResourceAreRefused) {
  for (const Json& issuer : {Json(), Json("https://id.example/"), Json("https://ID.example"), Json(7)}) {
    EXPECT_FALSE(taken({{"iss", issuer}})) << issuer;
  }
  for (const Json& audience :
       {Json(), Json("https://calls.example"), Json("https://calls.example/mcp/"), Json(""), Json::array(),
        Json::array({"https://calls.example"}), Json::array({Json::array({kRules.audience})}), Json(true)}) {
    EXPECT_FALSE(taken({{"aud", audience}})) << audience;
  }
  EXPECT_TRUE(taken({{"aud", Json::array({"https://else.example", kRules.audience})}}));
}

TEST(Claims, HoldFromOneTimeToAnother) {
  EXPECT_TRUE(taken({{"exp", kNow - kClockDifference + 1}}));
  EXPECT_FALSE(taken({{"exp", kNow - kClockDifference}}));
  EXPECT_TRUE(taken({{"nbf", kNow + kClockDifference}}));
  EXPECT_FALSE(taken({{"nbf", kNow + kClockDifference + 1}}));
  for (const Json& no_date : {Json("1000"), Json(true), Json(1e300)}) {
    EXPECT_FALSE(taken({{"nbf", no_date}})) << no_date;
  }
  EXPECT_TRUE(taken({{"exp", static_cast<double>(kNow) + 0.5}}));
  for (const Json& never :
       {Json(), Json("tomorrow"), Json(true), Json(1e300), Json(-1e300), Json::array({kNow + 60})}) {
    EXPECT_FALSE(taken({{"exp", never}})) << never;
  }
}

TEST(Claims, WithoutASubjectAreNobodys) {
  for (const Json& subject : {Json(), Json(""), Json(7)}) EXPECT_FALSE(taken({{"sub", subject}})) << subject;
}

TEST(Claims, GrantWhatScopeOrScpSays) {
  const auto scopes = [](const Json& changed) { return principal_of(claims(changed), kRules, kNow)->scopes; };
  EXPECT_THAT(scopes({}), IsEmpty());
  EXPECT_THAT(scopes({{"scope", "  a  b "}}), ElementsAre("a", "b"));
  EXPECT_THAT(scopes({{"scp", {"a", 7, "b"}}}), ElementsAre("a", "b"));
  EXPECT_THAT(scopes({{"scp", "a b"}}), ElementsAre("a", "b"));
  EXPECT_THAT(scopes({{"scope", "a"}, {"scp", {"b"}}}), ElementsAre("a")) << "the standard's own name counts";
  EXPECT_THAT(scopes({{"scope", {"a"}}}), IsEmpty()) << "scope is a string";
}

}  // namespace
}  // namespace call_agent::mcp
