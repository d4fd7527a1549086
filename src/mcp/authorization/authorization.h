#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "mcp/authorization/issuer_keys.h"
#include "mcp/authorization/static_tokens.h"
#include "mcp/principal.h"
#include "net/http_server.h"

namespace call_agent::mcp {

/// An OAuth 2.1 resource server (RFC 6750, RFC 9728): takes bearer tokens out of a file, those an issuer has signed for
/// this resource, or both. A token counts in the Authorization header only, and goes no further than here.
///
/// Lives on one executor; not thread-safe.
class Authorization final : public Authorizer {
 public:
  struct Options {
    std::string resource;             ///< The endpoint's URL as clients reach it: https://calls.example.com/mcp.
    std::string token_file;           ///< See StaticTokens. Empty: none.
    std::string issuer;               ///< See IssuerKeys. Empty: none.
    std::string audience;             ///< What the issuer's tokens call this resource. Empty: as `resource`.
    std::vector<std::string> scopes;  ///< All there are, for clients to ask for.
    std::string ca_file;              ///< For the issuer. PEM. Empty: the system's certificates.
    FetchSchedule::Options schedule{};
  };

  /// Errors: kInvalidArgument and kNotFound, saying what to mend: an option, or the token file.
  static Result<std::unique_ptr<Authorization>> create(const asio::any_io_executor& executor, Options options);

  awaitable<std::expected<Principal, Challenge>> authorize(std::string authorization) override;
  Challenge insufficient_scope(std::string_view scope) const override;

  /// Reads the token file again: what it no longer has is refused from now on. Nothing without one.
  /// Errors: as create(); the old tokens count on.
  Result<void> reload_tokens();

  /// RFC 9728: where clients learn which issuer to ask, to be answered without a token. Empty for any other path, and
  /// where there is no issuer.
  std::optional<net::ServerResponse> metadata(std::string_view path) const;

  /// Call before it is destroyed.
  awaitable<void> stop();

 private:
  Authorization() = default;

  awaitable<Result<Principal>> recognise(std::string token);
  std::string challenge_parameters() const;
  Challenge without_token() const;
  Challenge refused(const Error& error) const;

  std::string audience_;
  std::string issuer_;
  std::vector<std::string> known_scopes_;
  std::string scopes_;  // As OAuth writes them, with spaces between.
  std::string token_file_;
  std::string metadata_path_;  // After the host, with the endpoint's own path behind.
  std::string metadata_url_;
  std::string metadata_;
  StaticTokens tokens_;
  std::unique_ptr<IssuerKeys> keys_;
};

}  // namespace call_agent::mcp
