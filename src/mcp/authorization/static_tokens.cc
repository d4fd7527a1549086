#include "mcp/authorization/static_tokens.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "mcp/authorization/claims.h"

namespace call_agent::mcp {
namespace {

std::unexpected<Error> wrong_line(std::size_t number, std::string_view why) {
  return fail(Errc::kInvalidArgument, fmt::format("line {}: {}", number, why));
}

}  // namespace

StaticTokens::Hash StaticTokens::hash_of(std::string_view token) {
  Hash hash{};
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), hash.data());
  return hash;
}

Result<StaticTokens> StaticTokens::parse(std::string_view text, std::span<const std::string> known_scopes) {
  StaticTokens tokens;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    std::ranges::replace_if(line, [](char c) { return c == '\t' || c == '\r'; }, ' ');
    auto words = split_scopes(line);
    if (words.empty() || words[0].starts_with('#')) continue;
    if (words.size() < 3) return wrong_line(number, "expected a token, whom it stands for, and scopes");
    if (words[0].size() < kShortest) {
      return wrong_line(number, fmt::format("a token of less than {} characters could be guessed: make one with "
                                            "`openssl rand -hex 32`",
                                            kShortest));
    }
    // So is a subject of an issuer written: nobody here may pass for one.
    if (words[1].contains('|')) return wrong_line(number, "the name of a principal may not contain |");
    // And so the user of this machine, whose calls are nobody else's.
    if (words[1] == local_user().id) return wrong_line(number, "the name `local` is taken: choose another");
    for (const auto& scope : std::span(words).subspan(2)) {
      if (std::ranges::find(known_scopes, scope) != known_scopes.end()) continue;
      return wrong_line(
          number, fmt::format("there is no such scope as the one named; there are: {}", fmt::join(known_scopes, " ")));
    }
    const Hash hash = hash_of(words[0]);
    if (std::ranges::any_of(tokens.tokens_, [&](const Token& each) { return each.hash == hash; })) {
      return wrong_line(number, "this token is there already");
    }
    tokens.tokens_.push_back({hash, {.id = std::move(words[1]), .scopes = {words.begin() + 2, words.end()}}});
  }
  return tokens;
}

Result<StaticTokens> StaticTokens::load(const std::string& file, std::span<const std::string> known_scopes) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(Errc::kNotFound, fmt::format("token file {} cannot be read", file));
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  auto tokens = parse(text, known_scopes);
  if (!tokens) return fail(tokens.error().code, fmt::format("token file {}, {}", file, tokens.error().what));
  if (tokens->size() == 0) {
    return fail(Errc::kInvalidArgument,
                fmt::format("token file {} has no token: write `token principal scope…`, one a line", file));
  }
  return tokens;
}

std::optional<Principal> StaticTokens::find(std::string_view token) const {
  const Hash hash = hash_of(token);
  const Token* found = nullptr;
  for (const auto& each : tokens_) {
    if (CRYPTO_memcmp(each.hash.data(), hash.data(), hash.size()) == 0) found = &each;
  }
  return found ? std::optional(found->principal) : std::nullopt;
}

}  // namespace call_agent::mcp
