#include "mcp/authorization/key_set.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <optional>

#include "core/base64.h"
#include "mcp/authorization/members.h"

namespace call_agent::mcp {
namespace {

constexpr int kFewestRsaBits = 2048;
constexpr int kMostRsaBits = 8192;
// A larger exponent serves nothing but making us work.
constexpr int kMostExponentBits = 33;
constexpr std::size_t kP256Bytes = 32;
constexpr std::size_t kEd25519Bytes = 32;

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* what) const {
    Free(what);
  }
};
using BigNumber = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>>;
using PublicKey = std::shared_ptr<EVP_PKEY>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

BigNumber number_from(std::string_view bytes) {
  return BigNumber(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

/// A member's bytes; empty if it has none.
std::string bytes_of(const Json& object, const char* name) {
  return from_base64url(text_member(object, name)).value_or("");
}

PublicKey built(const char* kind, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  return {key, EVP_PKEY_free};
}

PublicKey rsa_key(const Json& jwk) {
  const BigNumber modulus = number_from(bytes_of(jwk, "n"));
  const BigNumber exponent = number_from(bytes_of(jwk, "e"));
  if (!modulus || !exponent) return nullptr;
  const int bits = BN_num_bits(modulus.get());
  const int exponent_bits = BN_num_bits(exponent.get());
  const bool sound = bits >= kFewestRsaBits && bits <= kMostRsaBits && BN_is_odd(modulus.get()) && exponent_bits >= 2 &&
                     exponent_bits <= kMostExponentBits && BN_is_odd(exponent.get());
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (!sound || !builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1) {
    return nullptr;
  }
  return built("RSA", builder.get());
}

PublicKey p256_key(const Json& jwk) {
  const std::string x = bytes_of(jwk, "x"), y = bytes_of(jwk, "y");
  if (x.size() != kP256Bytes || y.size() != kP256Bytes) return nullptr;
  const std::string point = "\x04" + x + y;
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) {
    return nullptr;
  }
  return built("EC", builder.get());  // Refuses a point that is not on the curve.
}

PublicKey ed25519_key(const Json& jwk) {
  const std::string x = bytes_of(jwk, "x");
  if (x.size() != kEd25519Bytes) return nullptr;
  return {EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(x), x.size()), EVP_PKEY_free};
}

bool is_for_signatures(const Json& jwk) {
  if (jwk.contains("use") && text_member(jwk, "use") != "sig") return false;
  const auto operations = jwk.find("key_ops");
  return operations == jwk.end() ||
         (operations->is_array() && std::ranges::find(*operations, Json("verify")) != operations->end());
}

struct Made {
  JwtAlgorithm algorithm;
  PublicKey key;
};
std::optional<Made> key_from(const Json& jwk) {
  const std::string kind = text_member(jwk, "kty"), curve = text_member(jwk, "crv"),
                    algorithm = text_member(jwk, "alg");
  const bool any = !jwk.contains("alg");
  if (kind == "RSA" && (any || algorithm == "RS256")) return Made{JwtAlgorithm::kRs256, rsa_key(jwk)};
  if (kind == "EC" && curve == "P-256" && (any || algorithm == "ES256")) {
    return Made{JwtAlgorithm::kEs256, p256_key(jwk)};
  }
  if (kind == "OKP" && curve == "Ed25519" && (any || algorithm == "EdDSA" || algorithm == "Ed25519")) {
    return Made{JwtAlgorithm::kEd25519, ed25519_key(jwk)};
  }
  return std::nullopt;
}

/// JWS has the two numbers side by side (RFC 7518, 3.4), OpenSSL reads them as ASN.1.
std::optional<std::string> as_asn1(std::string_view signature) {
  if (signature.size() != 2 * kP256Bytes) return std::nullopt;
  const EcSignature pair(ECDSA_SIG_new());
  BigNumber r = number_from(signature.substr(0, kP256Bytes)), s = number_from(signature.substr(kP256Bytes));
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return std::nullopt;
  r.release(), s.release();  // The pair's now.
  unsigned char* bytes = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &bytes);
  if (size <= 0) return std::nullopt;
  std::string out(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return out;
}

bool has_signed(EVP_PKEY* key, const Jwt& jwt) {
  std::optional<std::string> signature = jwt.signature;
  if (jwt.algorithm == JwtAlgorithm::kEs256) signature = as_asn1(jwt.signature);
  const DigestContext context(EVP_MD_CTX_new());
  const EVP_MD* digest = jwt.algorithm == JwtAlgorithm::kEd25519 ? nullptr : EVP_sha256();
  return signature && context && EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(*signature), signature->size(), bytes_of(jwt.signed_part),
                          jwt.signed_part.size()) == 1;
}

}  // namespace

Result<KeySet> KeySet::parse(std::string_view text) {
  const auto json = parse_json(text);
  if (!json) return pass(json);
  const auto keys = json->is_object() ? json->find("keys") : json->end();
  if (!json->is_object() || keys == json->end() || !keys->is_array()) {
    return fail(Errc::kInvalidArgument, "no JSON Web Key Set: it has no array \"keys\"");
  }
  KeySet set;
  for (const auto& jwk : *keys) {
    if (set.keys_.size() == kMostKeys) break;
    if (!jwk.is_object() || !is_for_signatures(jwk)) continue;
    auto made = key_from(jwk);
    if (made && made->key) set.keys_.push_back({text_member(jwk, "kid"), made->algorithm, std::move(made->key)});
  }
  return set;
}

KeySet::Verdict KeySet::verify(const Jwt& jwt) const {
  bool named = false;
  for (const auto& key : keys_) {
    if (!jwt.key_id.empty() && key.id != jwt.key_id) continue;
    named = named || !jwt.key_id.empty();
    if (key.algorithm == jwt.algorithm && has_signed(key.key.get(), jwt)) return Verdict::kGood;
  }
  return named ? Verdict::kBad : Verdict::kUnknownKey;
}

}  // namespace call_agent::mcp
