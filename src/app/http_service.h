#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/metrics.h"
#include "mcp/authorization/authorization.h"
#include "mcp/catalog.h"
#include "mcp/http_routes.h"
#include "mcp/http_transport.h"
#include "net/http_server.h"

namespace call_agent::app {

/// As the command line has them.
struct HttpOptions {
  std::string listen;                      ///< "127.0.0.1:8719", "[::]:8719", ":8719" or "8719".
  std::string public_url;                  ///< The endpoint as clients reach it. Empty: as it listens.
  std::vector<std::string> allowed_hosts;  ///< Names clients may call it by, beside its own; without port.
  std::string certificate_file;            ///< PEM chain. Empty: plain HTTP.
  std::string key_file;
  std::string token_file;  ///< See mcp::StaticTokens.
  std::string issuer;      ///< Of OAuth tokens. With none and no token file, everybody who can connect is let in.
  std::string audience;    ///< What the issuer calls this server. Empty: as public_url.
};

/// Where to listen, and by what names clients may call the server. Pure.
struct HttpAddress {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8719;
  std::string url;  ///< The endpoint as clients reach it. Empty: as it listens.
  std::vector<std::string> allowed_hosts;

  /// Errors: kInvalidArgument (what to write instead), and kPermission for an address others reach if nobody is asked
  /// for a token there.
  static Result<HttpAddress> of(const HttpOptions& options);
};

/// A catalog served over Streamable HTTP: who may, at which paths, what is counted.
///
/// Lives on one executor; not thread-safe. stop() before it is destroyed.
class HttpService {
 public:
  /// `ready` says whether calls could be placed, and if not, what to mend. All that is pointed to outlives it.
  /// Errors: as HttpAddress::of, mcp::Authorization::create and net::HttpServer::create.
  static Result<std::unique_ptr<HttpService>> create(const asio::any_io_executor& executor, const mcp::Catalog& catalog,
                                                     Metrics& metrics, std::function<Result<void>()> ready,
                                                     const HttpOptions& options);

  /// Returns the URL of the endpoint on this machine. Errors: as net::HttpServer::listen.
  Result<std::string> listen();

  /// Reads the certificate and the tokens again, for requests to come; what cannot be used is logged, and the old ones
  /// serve on.
  void reload();

  /// Requests under way may finish until the deadline.
  awaitable<void> stop(Deadline deadline);

 private:
  HttpService(HttpAddress address, bool secure, Metrics& metrics)
      : address_(std::move(address)), secure_(secure), metrics_(metrics) {}

  const HttpAddress address_;
  const bool secure_;
  Metrics& metrics_;
  std::unique_ptr<mcp::Authorization> authorization_;
  std::unique_ptr<mcp::HttpTransport> transport_;
  std::unique_ptr<mcp::HttpRoutes> routes_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace call_agent::app
