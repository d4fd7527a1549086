#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "mcp/authorization/jwt.h"

struct evp_pkey_st;

namespace call_agent::mcp {

/// The public keys an issuer signs its tokens with (RFC 7517, RFC 7518, RFC 8037).
class KeySet {
 public:
  /// Keys beyond are not looked at: without a key's id every one of them is tried.
  static constexpr std::size_t kMostKeys = 32;

  /// Keys for other purposes, other algorithms or of a size nobody should trust (RSA below 2048 bits or beyond 8192)
  /// are passed over. Errors: kInvalidArgument if this is no key set.
  static Result<KeySet> parse(std::string_view text);

  enum class Verdict : std::uint8_t {
    kGood,
    kBad,         ///< The key is known, and has not signed this.
    kUnknownKey,  ///< Perhaps the issuer has a new one.
  };
  /// Says nothing of the claims.
  Verdict verify(const Jwt& jwt) const;

  std::size_t size() const { return keys_.size(); }

 private:
  struct Key {
    std::string id;
    JwtAlgorithm algorithm;
    std::shared_ptr<evp_pkey_st> key;
  };

  std::vector<Key> keys_;
};

}  // namespace call_agent::mcp
