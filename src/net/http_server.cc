#include "net/http_server.h"

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <list>
#include <map>
#include <optional>
#include <utility>

#include "core/log.h"
#include "core/task_group.h"
#include "net/server_connection.h"
#include "net/tls.h"
#include "net/watchdog.h"

namespace call_agent::net {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

constexpr milliseconds kHandshakeLimit{10'000};
// Out of descriptors or memory: accepting again at once would fail again at once.
constexpr milliseconds kAcceptPause{100};

Errc listen_errc(error_code error) {
  if (error == asio::error::address_in_use) return Errc::kConflict;
  if (error == asio::error::access_denied) return Errc::kPermission;
  return Errc::kUnavailable;
}

}  // namespace

struct HttpServer::Impl {
  Impl(asio::any_io_executor given, Options limits, Handler runs)
      : executor(given), options(std::move(limits)), handler(std::move(runs)), listening(given), serving(given) {}

  awaitable<void> accept(tcp::acceptor& acceptor);
  awaitable<void> serve(tcp::socket socket, std::string peer);
  awaitable<std::unique_ptr<Connection>> secured(tcp::socket socket);

  asio::any_io_executor executor;
  const Options options;
  const Handler handler;
  std::shared_ptr<asio::ssl::context> tls;
  std::list<tcp::acceptor> acceptors;
  std::list<ServerConnection*> connections;
  std::map<std::string, std::size_t> of_peer;
  TaskGroup listening;
  TaskGroup serving;
  bool stopping = false;
};

Result<std::unique_ptr<HttpServer>> HttpServer::create(asio::any_io_executor executor, Options options,
                                                       Handler handler) {
  auto impl = std::make_unique<Impl>(std::move(executor), std::move(options), std::move(handler));
  std::unique_ptr<HttpServer> made(new HttpServer(std::move(impl)));
  if (auto loaded = made->reload_certificate(); !loaded) return pass(loaded);
  return made;
}

Result<void> HttpServer::reload_certificate() {
  if (impl_->options.certificate_file.empty()) return {};
  auto tls = server_tls(impl_->options.certificate_file, impl_->options.key_file);
  if (!tls) return pass(tls);
  impl_->tls = std::move(*tls);  // Connections keep a share of theirs.
  return {};
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::uint16_t> HttpServer::listen(const std::string& host, std::uint16_t port) {
  error_code error;
  const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
  if (error) {
    return fail(Errc::kInvalidArgument,
                fmt::format("cannot listen on \"{}\": give an address such as 127.0.0.1 or ::1, or localhost", host));
  }
  tcp::acceptor acceptor(impl_->executor);
  acceptor.open(address.is_v6() ? tcp::v6() : tcp::v4(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && address.is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
  if (!error) acceptor.bind({address, port}, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    return fail(listen_errc(error), fmt::format("cannot listen on {} port {}: {}", host, port, error.message()));
  const auto got = acceptor.local_endpoint().port();
  impl_->acceptors.push_back(std::move(acceptor));
  impl_->listening.spawn(impl_->accept(impl_->acceptors.back()));
  return got;
}

std::size_t HttpServer::connections() const {
  return impl_->serving.size();
}

awaitable<void> HttpServer::Impl::accept(tcp::acceptor& acceptor) {
  while (!stopping) {
    error_code error;
    tcp::socket socket = co_await acceptor.async_accept(executor, asio::redirect_error(asio::use_awaitable, error));
    if (stopping || error == asio::error::operation_aborted) co_return;
    if (error) {
      log::warn("accepting a connection: {}", error.message());
      co_await sleep_for(kAcceptPause);
      continue;
    }
    const auto endpoint = socket.remote_endpoint(error);
    if (error) continue;  // It has gone already.
    std::string peer = endpoint.address().to_string();
    const auto known = of_peer.find(peer);
    const bool full =
        serving.size() >= options.max_connections || (known != of_peer.end() && known->second >= options.max_per_peer);
    if (full) {
      log::debug("too many connections: one is closed at once");
      continue;
    }
    socket.set_option(tcp::no_delay(true), error);
    serving.spawn(serve(std::move(socket), std::move(peer)));
  }
}

awaitable<void> HttpServer::Impl::serve(tcp::socket socket, std::string peer) {
  ++of_peer[peer];
  const std::shared_ptr<void> counted(nullptr, [this, peer](void*) {
    if (--of_peer[peer] == 0) of_peer.erase(peer);
  });
  auto stream = tls ? co_await secured(std::move(socket)) : std::make_unique<Connection>(std::move(socket));
  if (!stream) co_return;
  ServerConnection connection(std::move(stream), peer, options, handler);
  const auto here = connections.insert(connections.end(), &connection);
  const std::shared_ptr<void> listed(nullptr, [this, here](void*) { connections.erase(here); });
  if (stopping) co_return;
  co_await connection.serve();
}

awaitable<std::unique_ptr<Connection>> HttpServer::Impl::secured(tcp::socket socket) {
  auto stream = std::make_unique<TlsStream>(std::move(socket), *tls);
  error_code error;
  const Watchdog watchdog(executor, Deadline::after(kHandshakeLimit), [raw = stream.get()] {
    error_code ignored;
    raw->lowest_layer().close(ignored);
  });
  co_await stream->async_handshake(asio::ssl::stream_base::server, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return nullptr;
  co_return std::make_unique<Connection>(std::move(stream));
}

awaitable<void> HttpServer::stop(Deadline deadline) {
  impl_->stopping = true;
  error_code ignored;
  for (auto& acceptor : impl_->acceptors) acceptor.close(ignored);
  for (auto* connection : impl_->connections) connection->finish();
  {
    const Watchdog watchdog(impl_->executor, deadline, [impl = impl_.get()] { impl->serving.cancel(); });
    co_await impl_->serving.join();
  }
  impl_->listening.cancel();
  co_await impl_->listening.join();
}

}  // namespace call_agent::net
