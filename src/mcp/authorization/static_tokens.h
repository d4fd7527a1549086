#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "mcp/principal.h"

namespace call_agent::mcp {

/// Bearer tokens an operator hands out, for a server with few users and no issuer. Keeps their hashes only.
class StaticTokens {
 public:
  /// Shorter ones could be guessed.
  static constexpr std::size_t kShortest = 24;

  /// One a line: `token principal scope…`, of the scopes there are. Empty lines and those that begin with # say
  /// nothing. Errors: kInvalidArgument with the number of the line; the token is not repeated.
  static Result<StaticTokens> parse(std::string_view text, std::span<const std::string> known_scopes);
  /// Errors: kNotFound, and those of parse(), with the file's name.
  static Result<StaticTokens> load(const std::string& file, std::span<const std::string> known_scopes);

  /// Whose token it is. Takes as long for a wrong one as for a right one.
  std::optional<Principal> find(std::string_view token) const;

  std::size_t size() const { return tokens_.size(); }

 private:
  using Hash = std::array<std::uint8_t, 32>;
  struct Token {
    Hash hash;
    Principal principal;
  };
  static Hash hash_of(std::string_view token);

  std::vector<Token> tokens_;
};

}  // namespace call_agent::mcp
