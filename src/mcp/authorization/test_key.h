#pragma once

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "core/base64.h"
#include "core/json.h"

namespace call_agent::mcp {

/// A key pair an issuer might have, for tests: signs tokens and shows its public half.
class TestKey {
 public:
  static TestKey rsa(std::string id, unsigned bits = 2048) { return {std::move(id), "RS256", EVP_RSA_gen(bits)}; }
  static TestKey p256(std::string id) { return {std::move(id), "ES256", EVP_EC_gen("P-256")}; }
  static TestKey ed25519(std::string id) {
    return {std::move(id), "EdDSA", EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
  }

  Json jwk() const {
    Json jwk{{"kid", id_}, {"use", "sig"}, {"alg", algorithm_}};
    if (algorithm_ == "RS256") {
      jwk.update({{"kty", "RSA"}, {"n", number(OSSL_PKEY_PARAM_RSA_N)}, {"e", number(OSSL_PKEY_PARAM_RSA_E)}});
    } else if (algorithm_ == "ES256") {
      jwk.update({{"kty", "EC"},
                  {"crv", "P-256"},
                  {"x", number(OSSL_PKEY_PARAM_EC_PUB_X, 32)},
                  {"y", number(OSSL_PKEY_PARAM_EC_PUB_Y, 32)}});
    } else {
      std::array<unsigned char, 32> bytes{};
      std::size_t size = bytes.size();
      EVP_PKEY_get_raw_public_key(key_.get(), bytes.data(), &size);
      jwk.update({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", base64url(text(bytes.data(), size))}});
    }
    return jwk;
  }

  Json header() const { return {{"alg", algorithm_}, {"kid", id_}, {"typ", "at+jwt"}}; }
  std::string sign(const Json& claims) const { return sign(claims, header()); }
  /// Signs as its kind of key does, whatever `header` says.
  std::string sign(const Json& claims, const Json& header) const {
    const std::string part = base64url(dump_json(header)) + "." + base64url(dump_json(claims));
    return part + "." + base64url(signature(part));
  }

 private:
  TestKey(std::string id, std::string algorithm, EVP_PKEY* key)
      : id_(std::move(id)), algorithm_(std::move(algorithm)), key_(key, EVP_PKEY_free) {}

  static std::string text(const unsigned char* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
  }
  static std::string bytes_of(const BIGNUM* number, int size) {
    std::string bytes(static_cast<std::size_t>(size), '\0');
    BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), size);
    return bytes;
  }
  std::string number(const char* name, int size = 0) const {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &number);
    std::string bytes = bytes_of(number, size == 0 ? BN_num_bytes(number) : size);
    BN_free(number);
    return base64url(bytes);
  }
  std::string signature(const std::string& part) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, nullptr, algorithm_ == "EdDSA" ? nullptr : EVP_sha256(), nullptr, key_.get());
    std::string bytes(1024, '\0');
    std::size_t size = bytes.size();
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(bytes.data()), &size,
                   reinterpret_cast<const unsigned char*>(part.data()), part.size());
    EVP_MD_CTX_free(context);
    bytes.resize(size);
    if (algorithm_ != "ES256") return bytes;
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(bytes.size()));
    std::string raw = bytes_of(ECDSA_SIG_get0_r(pair), 32) + bytes_of(ECDSA_SIG_get0_s(pair), 32);
    ECDSA_SIG_free(pair);
    return raw;
  }

  std::string id_;
  std::string algorithm_;
  std::shared_ptr<EVP_PKEY> key_;
};

/// A key set as an issuer publishes it.
inline std::string key_set_of(std::initializer_list<TestKey> keys) {
  Json set = {{"keys", Json::array()}};
  for (const auto& key : keys) set["keys"].push_back(key.jwk());
  return dump_json(set);
}

}  // namespace call_agent::mcp
