#include "mcp/authorization/key_set.h"

#include <gtest/gtest.h>
#include <openssl/hmac.h>

#include "mcp/authorization/test_key.h"

namespace call_agent::mcp {
namespace {

using Verdict = KeySet::Verdict;

const TestKey& rsa() {
  static const TestKey key = TestKey::rsa("rsa");
  return key;
}
const TestKey& p256() {
  static const TestKey key = TestKey::p256("p256");
  return key;
}
const TestKey& ed25519() {
  static const TestKey key = TestKey::ed25519("ed");
  return key;
}
const Json kClaims = {{"sub", "alice"}};

const KeySet& published() {
  static const KeySet keys = KeySet::parse(key_set_of({rsa(), p256(), ed25519()})).value();
  return keys;
}

std::string unsigned_token(const Json& header) {
  return base64url(dump_json(header)) + "." + base64url(dump_json(kClaims)) + ".";
}

TEST(Jwt, SignedByAPublishedKeyOfEachKindIsGood) {
  for (const auto& key : {rsa(), p256(), ed25519()}) {
    const auto jwt = parse_jwt(key.sign(kClaims));
    ASSERT_TRUE(jwt) << jwt.error().what;
    EXPECT_EQ(published().verify(*jwt), Verdict::kGood) << dump_json(key.header());
    EXPECT_EQ(jwt->claims, kClaims);
  }
}

TEST(Jwt, OfTheStandardIsGood) {  // RFC 7515, A.3.
  const auto keys = KeySet::parse(R"({"keys":[{"kty":"EC","crv":"P-256",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})");
  const auto jwt = parse_jwt(
      "eyJhbGciOiJFUzI1NiJ9"
      ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
      ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  EXPECT_EQ(keys->verify(jwt.value()), Verdict::kGood);
}

TEST(Jwt, ChangedInAnyPartIsBad) {
  for (const auto& key : {rsa(), p256(), ed25519()}) {
    auto jwt = parse_jwt(key.sign(kClaims)).value();
    jwt.signed_part.back() = jwt.signed_part.back() == 'A' ? 'B' : 'A';
    EXPECT_EQ(published().verify(jwt), Verdict::kBad);
    jwt = parse_jwt(key.sign(kClaims)).value();
    jwt.signature.front() = static_cast<char>(jwt.signature.front() ^ 1);
    EXPECT_EQ(published().verify(jwt), Verdict::kBad);
    jwt.signature.pop_back();
    EXPECT_EQ(published().verify(jwt), Verdict::kBad);
  }
}

TEST(Jwt, ZeroesAreNoSignatureOfACurve) {  // CVE-2022-21449.
  auto jwt = parse_jwt(p256().sign(kClaims)).value();
  jwt.signature.assign(64, '\0');
  EXPECT_EQ(published().verify(jwt), Verdict::kBad);
}

TEST(Jwt, WithoutASignatureIsRefused) {
  for (const auto* none : {"none", "None", "NONE", "nOnE", ""}) {
    EXPECT_FALSE(parse_jwt(unsigned_token({{"alg", none}}) + "AA")) << none;
    EXPECT_FALSE(parse_jwt(unsigned_token({{"alg", none}}))) << none;
  }
  EXPECT_FALSE(parse_jwt(unsigned_token(rsa().header()))) << "an empty signature";
}

TEST(Jwt, SignedWithThePublicKeyAsASharedSecretIsRefused) {
  for (const auto* symmetric : {"HS256", "HS384", "HS512"}) {
    const std::string secret = dump_json(rsa().jwk());
    const std::string part =
        base64url(dump_json({{"alg", symmetric}, {"kid", "rsa"}})) + "." + base64url(dump_json(kClaims));
    std::array<unsigned char, 32> mac{};
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(part.data()), part.size(), mac.data(), nullptr);
    const auto jwt = parse_jwt(part + "." + base64url({reinterpret_cast<const char*>(mac.data()), mac.size()}));
    ASSERT_FALSE(jwt);
    EXPECT_EQ(jwt.error().code, Errc::kPermission);
  }
}

TEST(Jwt, MayNotChooseAnotherAlgorithmThanItsKeyIsFor) {
  for (const auto* other : {"ES256", "EdDSA"}) {
    auto header = rsa().header();
    header["alg"] = other;
    EXPECT_EQ(published().verify(parse_jwt(rsa().sign(kClaims, header)).value()), Verdict::kBad) << other;
  }
  for (const auto* other : {"PS256", "RS384", "RS512", "ES512", "RS256 "}) {
    auto header = rsa().header();
    header["alg"] = other;
    EXPECT_FALSE(parse_jwt(rsa().sign(kClaims, header))) << other;
  }
}

TEST(Jwt, DoesNotBringItsOwnKey) {
  const TestKey own = TestKey::p256("own");
  auto header = own.header();
  header["jwk"] = own.jwk();
  header["jku"] = "https://attacker.example/keys";
  header["x5u"] = "https://attacker.example/certificate";
  EXPECT_EQ(published().verify(parse_jwt(own.sign(kClaims, header)).value()), Verdict::kUnknownKey);
  header["kid"] = "p256";
  EXPECT_EQ(published().verify(parse_jwt(own.sign(kClaims, header)).value()), Verdict::kBad);
}

TEST(Jwt, WithoutAKeysIdIsTriedWithEach) {
  auto header = ed25519().header();
  header.erase("kid");
  EXPECT_EQ(published().verify(parse_jwt(ed25519().sign(kClaims, header)).value()), Verdict::kGood);
  const TestKey other = TestKey::ed25519("ed");
  EXPECT_EQ(published().verify(parse_jwt(other.sign(kClaims, header)).value()), Verdict::kUnknownKey)
      << "the issuer may have a new one";
}

TEST(Jwt, ThatIsNotForAccessOrAsksForMoreIsRefused) {
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, Json>>{
           {"typ", "logout+jwt"}, {"typ", 1}, {"crit", Json::array({"exp"})}, {"kid", 7}, {"kid", ""}, {"alg", 256}}) {
    auto header = p256().header();
    header[name] = value;
    EXPECT_FALSE(parse_jwt(p256().sign(kClaims, header))) << name << dump_json(value);
  }
  for (const auto* type : {"JWT", "jwt", "at+jwt", "application/at+jwt"}) {
    auto header = p256().header();
    header["typ"] = type;
    EXPECT_TRUE(parse_jwt(p256().sign(kClaims, header))) << type;
  }
}

TEST(Jwt, MalformedIsRefusedWithoutItsWords) {
  const std::string good = p256().sign(kClaims);
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), std::string("..."), std::string("secret"),
        std::string("a.b.c"), good + ".", good + "=", good + "\n", "." + good, good.substr(0, good.rfind('.')),
        base64url("[]") + "." + base64url("{}") + ".AA"}) {
    const auto jwt = parse_jwt(token);
    ASSERT_FALSE(jwt) << token;
    EXPECT_EQ(jwt.error().code, Errc::kPermission);
    EXPECT_EQ(jwt.error().what.find("secret"), std::string::npos);
  }
}

TEST(KeySet, PassesOverKeysNobodyShouldTrust) {
  const auto with = [](Json jwk, const char* name, const Json& value) {
    jwk[name] = value;
    return jwk;
  };
  for (const Json& jwk : {
           TestKey::rsa("short", 1024).jwk(),
           with(rsa().jwk(), "e", "AQ"),  // 1: every number is its own signature.
           with(rsa().jwk(), "e", "AAAAAQ"),
           with(rsa().jwk(), "n", base64url(std::string(2000, '\xFF'))),
           with(rsa().jwk(), "alg", "PS256"),
           with(rsa().jwk(), "use", "enc"),
           with(rsa().jwk(), "key_ops", {"encrypt"}),
           with(p256().jwk(), "crv", "P-521"),
           with(p256().jwk(), "x", base64url(std::string(32, '\x01'))),
           with(p256().jwk(), "y", "AA"),
           with(ed25519().jwk(), "x", "AA"),
           Json{{"kty", "oct"}, {"k", "c2VjcmV0"}},
           Json("a key"),
           Json(nullptr),
           Json::object(),
       }) {
    const auto keys = KeySet::parse(dump_json({{"keys", Json::array({jwk})}}));
    ASSERT_TRUE(keys);
    EXPECT_EQ(keys->size(), 0U) << dump_json(jwk);
  }
  EXPECT_EQ(published().size(), 3U);
}

TEST(KeySet, IsAnObjectWithKeysAndBounded) {
  for (const auto* text : {"", "[]", "{}", "null", R"({"keys":{}})", R"({"keys":7})"}) {
    EXPECT_FALSE(KeySet::parse(text)) << text;
  }
  Json many = {{"keys", Json::array()}};
  for (int i = 0; i < 100; ++i) many["keys"].push_back(ed25519().jwk());
  EXPECT_EQ(KeySet::parse(dump_json(many))->size(), KeySet::kMostKeys);
}

}  // namespace
}  // namespace call_agent::mcp
