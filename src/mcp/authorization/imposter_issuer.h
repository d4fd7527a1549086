#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>

#include "core/channel.h"
#include "mcp/authorization/test_key.h"
#include "net/http_server.h"

namespace call_agent::mcp {

/// For tests: an authorization server as far as a resource server sees one, on a free port of loopback.
class ImposterIssuer {
 public:
  explicit ImposterIssuer(const asio::any_io_executor& executor) : changed(executor) {
    server_ = net::HttpServer::create(executor, {}, [this](net::ServerRequest request, net::ServerReply& reply) {
                return answer(std::move(request), reply);
              }).value();
    url = fmt::format("http://127.0.0.1:{}", server_->listen("127.0.0.1", 0).value());
    says_issuer = url;
    keys_at = url + "/keys";
  }

  awaitable<void> stop() { co_await server_->stop(Deadline::after(milliseconds(0))); }

  std::string url;
  std::string says_issuer;  ///< In its metadata.
  std::string keys_at;      ///< Likewise.
  std::string metadata_path = "/.well-known/oauth-authorization-server";
  std::string keys;        ///< See key_set_of().
  bool down = false;       ///< Answers 500.
  bool hesitates = false;  ///< Keeps whoever asks for keys waiting.
  int key_fetches = 0;
  Notifier changed;

 private:
  awaitable<void> answer(net::ServerRequest request, net::ServerReply& reply) {
    if (request.path() == "/keys") {
      ++key_fetches;
      changed.notify();
      while (hesitates) co_await changed.wait();
    }
    net::ServerResponse response = net::ServerResponse::text(404, "not here");
    if (down) {
      response.status = 500;
    } else if (request.path() == metadata_path) {
      response = {.body = dump_json({{"issuer", says_issuer}, {"jwks_uri", keys_at}})};
    } else if (request.path() == "/keys") {
      response = {.body = keys};
    }
    co_await reply.send(std::move(response));
  }

  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace call_agent::mcp
