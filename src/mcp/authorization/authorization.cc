#include "mcp/authorization/authorization.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/clock.h"
#include "mcp/authorization/claims.h"
#include "net/url.h"

namespace call_agent::mcp {
namespace {

constexpr std::string_view kWellKnown = "/.well-known/oauth-protected-resource";
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kUnavailable = 503;

char lower(char c) {
  return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/// The token of `Bearer TOKEN` (RFC 6750, 2.1); empty for anything else.
std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() < kScheme.size() ||
      !std::ranges::equal(authorization.substr(0, kScheme.size()), kScheme, {}, lower)) {
    return {};
  }
  const auto at = authorization.find_first_not_of(' ', kScheme.size());
  return at == std::string_view::npos ? std::string_view() : authorization.substr(at);
}

}  // namespace

Result<std::unique_ptr<Authorization>> Authorization::create(const asio::any_io_executor& executor, Options options) {
  std::unique_ptr<Authorization> made(new Authorization);
  const auto url = net::parse_url(options.resource);
  if (!url || url->websocket || options.resource.find_first_of("?#") != std::string::npos) {
    return fail(
        Errc::kInvalidArgument,
        fmt::format("the URL clients use must be like https://calls.example.com/mcp; got {}", options.resource));
  }
  if (options.token_file.empty() && options.issuer.empty()) {
    return fail(Errc::kInvalidArgument, "authorization needs a token file, an issuer, or both");
  }
  made->token_file_ = options.token_file;
  made->known_scopes_ = options.scopes;
  if (auto read = made->reload_tokens(); !read) return pass(read);
  if (!options.issuer.empty()) {
    auto keys = IssuerKeys::create(
        executor, {.issuer = options.issuer, .ca_file = options.ca_file, .schedule = options.schedule});
    if (!keys) return pass(keys);
    made->keys_ = *std::move(keys);
  }
  made->audience_ = options.audience.empty() ? options.resource : options.audience;
  made->issuer_ = options.issuer;
  made->scopes_ = fmt::format("{}", fmt::join(options.scopes, " "));
  made->metadata_path_ = std::string(kWellKnown) + (url->target == "/" ? "" : url->target);
  made->metadata_url_ =
      fmt::format("{}://{}{}", url->secure ? "https" : "http", url->authority(), made->metadata_path_);
  made->metadata_ = dump_json({{"resource", options.resource},
                               {"authorization_servers", Json::array({options.issuer})},
                               {"scopes_supported", options.scopes},
                               {"bearer_methods_supported", Json::array({"header"})}});
  return made;
}

Result<void> Authorization::reload_tokens() {
  if (token_file_.empty()) return {};
  auto tokens = StaticTokens::load(token_file_, known_scopes_);
  if (!tokens) return pass(tokens);
  tokens_ = *std::move(tokens);
  return {};
}

awaitable<std::expected<Principal, Challenge>> Authorization::authorize(std::string authorization) {
  const auto token = bearer_token(authorization);
  if (token.empty()) co_return std::unexpected(without_token());
  auto principal = co_await recognise(std::string(token));
  if (!principal) co_return std::unexpected(refused(principal.error()));
  co_return *std::move(principal);
}

awaitable<Result<Principal>> Authorization::recognise(std::string token) {
  if (auto known = tokens_.find(token)) co_return *std::move(known);
  if (!keys_) co_return fail(Errc::kPermission, "the token is not known");
  auto jwt = parse_jwt(token);
  if (!jwt) co_return pass(jwt);
  // What costs least first: most wrong tokens are old ones.
  auto principal = principal_of(jwt->claims, {.issuer = issuer_, .audience = audience_}, unix_ms() / 1000);
  if (!principal) co_return pass(principal);
  const auto verdict = co_await keys_->verify(*std::move(jwt));
  if (!verdict) co_return pass(verdict);
  if (*verdict != KeySet::Verdict::kGood) co_return fail(Errc::kPermission, "the token is not signed by its issuer");
  co_return principal;
}

std::string Authorization::challenge_parameters() const {
  // Without an issuer there is nobody to ask for a token.
  return issuer_.empty() ? "" : fmt::format(R"(resource_metadata="{}")", metadata_url_);
}

Challenge Authorization::without_token() const {
  std::string header = "Bearer";
  if (!issuer_.empty()) header += " " + challenge_parameters();
  if (!issuer_.empty() && !scopes_.empty()) header += fmt::format(R"(, scope="{}")", scopes_);
  return {.status = kUnauthorized,
          .www_authenticate = std::move(header),
          .message = "this server needs a bearer token in the Authorization header"};
}

Challenge Authorization::refused(const Error& error) const {
  if (error.code == Errc::kUnavailable) {
    return {.status = kUnavailable, .www_authenticate = {}, .message = error.what + ": try again in a moment"};
  }
  std::string header = fmt::format(R"(Bearer error="invalid_token", error_description="{}")", error.what);
  if (!issuer_.empty()) header += ", " + challenge_parameters();
  return {.status = kUnauthorized, .www_authenticate = std::move(header), .message = error.what};
}

Challenge Authorization::insufficient_scope(std::string_view scope) const {
  std::string header = fmt::format(R"(Bearer error="insufficient_scope", scope="{}")", scope);
  if (!issuer_.empty()) header += ", " + challenge_parameters();
  return {.status = kForbidden,
          .www_authenticate = std::move(header),
          .message = fmt::format("the token does not grant {}", scope)};
}

std::optional<net::ServerResponse> Authorization::metadata(std::string_view path) const {
  if (issuer_.empty() || (path != kWellKnown && path != metadata_path_)) return std::nullopt;
  return net::ServerResponse{.status = 200,
                             .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "max-age=3600"}},
                             .body = metadata_};
}

awaitable<void> Authorization::stop() {
  if (keys_) co_await keys_->stop();
}

}  // namespace call_agent::mcp
