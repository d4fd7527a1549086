#include "app/http_service.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "app/mcp/call_tool_schemas.h"
#include "core/log.h"
#include "mcp/authorization/bind_rule.h"
#include "net/loopback.h"
#include "net/url.h"

namespace call_agent::app {
namespace {

constexpr std::string_view kEndpoint = "/mcp";
constexpr std::string_view kConnections = "http_connections";
constexpr std::string_view kSessions = "mcp_sessions";
// Of one address, where others can reach the server: a whole office may sit behind one.
constexpr std::size_t kConnectionsOfAPeer = 256;
// Beside those of clients: the log, LiveKit, an issuer.
constexpr rlim_t kOwnDescriptors = 64;

std::string_view without_brackets(std::string_view host) {
  return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

/// As a Host header has it.
std::string bracketed(const std::string& host) {
  return host.contains(':') ? fmt::format("[{}]", host) : host;
}

bool is_every_address(std::string_view host) {
  return host == "0.0.0.0" || host == "::";
}

Result<void> read_listen(std::string_view listen, HttpAddress& address) {
  const auto colon = listen.rfind(':');
  const auto host = without_brackets(colon == std::string_view::npos ? std::string_view() : listen.substr(0, colon));
  const auto port = listen.substr(colon == std::string_view::npos ? 0 : colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size()) {
    return fail(Errc::kInvalidArgument,
                fmt::format("--http {}: expected an address and port such as 127.0.0.1:8719", listen));
  }
  if (!host.empty()) address.host = host;
  return {};
}

Result<void> read_public_url(const std::string& text, HttpAddress& address) {
  auto url = net::parse_url(text);
  if (!url || url->websocket || url->target != kEndpoint) {
    return fail(Errc::kInvalidArgument,
                fmt::format("--public-url {}: expected the endpoint as clients reach it, such as "
                            "https://calls.example.com/mcp",
                            text));
  }
  address.url = text;
  address.allowed_hosts.push_back(bracketed(url->host));
  return {};
}

/// As many connections as the system lets us have, up to what a server of this kind is for.
std::size_t most_connections() {
  const rlim_t wanted = net::HttpServer::Options{}.max_connections;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  if (limit.rlim_cur < wanted + kOwnDescriptors) {
    limit.rlim_cur = std::min(limit.rlim_max, wanted + kOwnDescriptors);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
  }
  return std::min(wanted, std::max(limit.rlim_cur, 2 * kOwnDescriptors) - kOwnDescriptors);
}

Result<std::unique_ptr<mcp::Authorization>> authorization_of(const asio::any_io_executor& executor,
                                                             const HttpOptions& options, const HttpAddress& address) {
  if (options.token_file.empty() && options.issuer.empty()) return nullptr;
  if (!options.issuer.empty() && address.url.empty()) {
    return fail(Errc::kInvalidArgument,
                "--issuer needs --public-url, the URL that clients use: the issuer's tokens are made out to it");
  }
  return mcp::Authorization::create(
      executor, {.resource = address.url.empty() ? fmt::format("http://localhost{}", kEndpoint) : address.url,
                 .token_file = options.token_file,
                 .issuer = options.issuer,
                 .audience = options.audience,
                 .scopes = {std::string(kPlaceScope), std::string(kReadScope), std::string(kControlScope)}});
}

void warn_of_clear_text(const HttpAddress& address) {
  if (net::is_loopback(address.host)) return;
  log::warn(
      "tokens and transcripts travel unencrypted to {}: give --tls-cert and --tls-key, or listen on 127.0.0.1 behind a "
      "proxy that speaks TLS",
      address.host);
}

}  // namespace

Result<HttpAddress> HttpAddress::of(const HttpOptions& options) {
  HttpAddress address{.url = {}, .allowed_hosts = options.allowed_hosts};
  if (auto read = read_listen(options.listen, address); !read) return pass(read);
  if (!options.public_url.empty()) {
    if (auto read = read_public_url(options.public_url, address); !read) return pass(read);
  }
  if (!is_every_address(address.host)) address.allowed_hosts.push_back(bracketed(address.host));
  const bool authorized = !options.token_file.empty() || !options.issuer.empty();
  if (auto allowed = mcp::check_bind(address.host, authorized); !allowed) return pass(allowed);
  if (options.certificate_file.empty() != options.key_file.empty()) {
    return fail(Errc::kInvalidArgument, "--tls-cert and --tls-key belong together: one is missing");
  }
  return address;
}

Result<std::unique_ptr<HttpService>> HttpService::create(const asio::any_io_executor& executor,
                                                         const mcp::Catalog& catalog, Metrics& metrics,
                                                         std::function<Result<void>()> ready,
                                                         const HttpOptions& options) {
  auto address = HttpAddress::of(options);
  if (!address) return pass(address);
  auto authorization = authorization_of(executor, options, *address);
  if (!authorization) return pass(authorization);

  std::unique_ptr<HttpService> made(new HttpService(*std::move(address), !options.certificate_file.empty(), metrics));
  made->authorization_ = *std::move(authorization);
  made->transport_ =
      std::make_unique<mcp::HttpTransport>(executor, catalog, made->authorization_.get(),
                                           mcp::HttpTransport::Options{.allowed_hosts = made->address_.allowed_hosts});
  made->routes_ = std::make_unique<mcp::HttpRoutes>(
      *made->transport_, mcp::HttpRoutes::Options{.endpoint = std::string(kEndpoint),
                                                  .authorization = made->authorization_.get(),
                                                  .metrics = &metrics,
                                                  .ready = std::move(ready)});
  const std::size_t most = most_connections();
  auto server =
      net::HttpServer::create(executor,
                              {.max_connections = most,
                               .max_per_peer = net::is_loopback(made->address_.host) ? most : kConnectionsOfAPeer,
                               .certificate_file = options.certificate_file,
                               .key_file = options.key_file},
                              [routes = made->routes_.get()](net::ServerRequest request, net::ServerReply& reply) {
                                return routes->handle(std::move(request), reply);
                              });
  if (!server) return pass(server);
  made->server_ = *std::move(server);
  return made;
}

Result<std::string> HttpService::listen() {
  const auto port = server_->listen(address_.host, address_.port);
  if (!port) return pass(port);
  if (!secure_) warn_of_clear_text(address_);
  metrics_.add_gauge(kConnections, "Connections of clients that are open.",
                     [this] { return static_cast<double>(server_->connections()); });
  metrics_.add_gauge(kSessions, "Sessions opened by initialize that have not ended.",
                     [this] { return static_cast<double>(transport_->sessions()); });
  if (!address_.url.empty()) log::info("clients reach it as {}", address_.url);
  return fmt::format("{}://{}:{}{}", secure_ ? "https" : "http", bracketed(address_.host), *port, kEndpoint);
}

void HttpService::reload() {
  const auto certificate = server_->reload_certificate();
  if (!certificate) log::error("the certificate stays as it was: {}", certificate.error().what);
  const auto tokens = authorization_ ? authorization_->reload_tokens() : Result<void>{};
  if (!tokens) log::error("the tokens stay as they were: {}", tokens.error().what);
  if (certificate && tokens) log::info("the certificate and the tokens are read again");
}

awaitable<void> HttpService::stop(Deadline deadline) {
  metrics_.remove_gauge(kConnections);
  metrics_.remove_gauge(kSessions);
  co_await server_->stop(deadline);
  if (authorization_) co_await authorization_->stop();
}

}  // namespace call_agent::app
