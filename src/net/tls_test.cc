#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <filesystem>
#include <fstream>

#include "net/http.h"
#include "net/http_server.h"
#include "net/imposter_server.h"
#include "net/test_certificate.h"
#include "net/test_deadline.h"
#include "net/websocket.h"

namespace call_agent::net {
namespace {

using asio::ip::tcp;
using TlsServer = asio::ssl::stream<tcp::socket>;

const TestCertificate& loopback_certificate() {
  static const TestCertificate certificate("IP:127.0.0.1,DNS:localhost");
  return certificate;
}
const TestCertificate& elsewhere_certificate() {
  static const TestCertificate certificate("IP:127.0.0.2,DNS:elsewhere.example");
  return certificate;
}

awaitable<void> serves_https(tcp::socket socket, const TestCertificate& certificate) {
  auto context = certificate.server_context();
  TlsServer server(std::move(socket), context);
  boost::system::error_code error;
  co_await server.async_handshake(asio::ssl::stream_base::server, asio::redirect_error(asio::use_awaitable, error));
  std::array<char, 4096> bytes{};
  while (!error) {
    co_await server.async_read_some(asio::buffer(bytes), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    const std::string name = SSL_get_servername(server.native_handle(), TLSEXT_NAMETYPE_host_name) != nullptr
                                 ? SSL_get_servername(server.native_handle(), TLSEXT_NAMETYPE_host_name)
                                 : "";
    const std::string text = response(200, "to " + name);
    co_await asio::async_write(server, asio::buffer(text), asio::redirect_error(asio::use_awaitable, error));
  }
}
awaitable<void> serves_loopback(tcp::socket socket) {
  return serves_https(std::move(socket), loopback_certificate());
}
awaitable<void> serves_elsewhere(tcp::socket socket) {
  return serves_https(std::move(socket), elsewhere_certificate());
}

awaitable<void> echoes_one_message(tcp::socket socket) {
  auto context = loopback_certificate().server_context();
  boost::beast::websocket::stream<TlsServer> server(std::move(socket), context);
  boost::system::error_code error;
  co_await server.next_layer().async_handshake(asio::ssl::stream_base::server,
                                               asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return;
  co_await server.async_accept(asio::use_awaitable);
  boost::beast::flat_buffer buffer;
  co_await server.async_read(buffer, asio::use_awaitable);
  co_await server.async_write(buffer.data(), asio::use_awaitable);
  co_await server.async_read(buffer, asio::redirect_error(asio::use_awaitable, error));
}

awaitable<void> hangs_in_the_handshake(tcp::socket socket) {
  co_await until_closed(socket);
}

awaitable<Result<HttpResponse>> get(ImposterServer::Script script, std::string ca_file, Deadline deadline) {
  const auto executor = co_await asio::this_coro::executor;
  ImposterServer server(executor, {std::move(script)});
  HttpClient client(executor, {.ca_file = std::move(ca_file)});
  auto got = co_await client.send({.url = server.url("https")}, deadline);
  co_await server.stop();
  co_return got;
}

TEST(Tls, AGoodCertificateIsAccepted) {
  run_test([]() -> awaitable<void> {
    const auto got = co_await get(serves_loopback, loopback_certificate().path(), in_time());
    if (!got) throw std::runtime_error(got.error().what);
    EXPECT_EQ(got->body, "to ");  // RFC 6066: no address in SNI.
  });
}

TEST(Tls, TheHostIsNamedAndTheConnectionKept) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    ImposterServer server(executor, {serves_loopback});
    HttpClient client(executor, {.ca_file = loopback_certificate().path()});
    std::string url = server.url("https");
    url.replace(url.find("127.0.0.1"), 9, "localhost");
    for (int i = 0; i < 2; ++i) {
      const auto got = co_await client.send({.url = url}, in_time());
      if (!got) throw std::runtime_error(got.error().what);
      EXPECT_EQ(got->body, "to localhost");
    }
    EXPECT_EQ(server.connections(), 1U);
    co_await server.stop();
  });
}

TEST(Tls, OthersAreNot) {
  run_test([]() -> awaitable<void> {
    const auto unknown = co_await get(serves_loopback, {}, in_time());
    EXPECT_EQ(unknown.error().code, Errc::kUnavailable);
    EXPECT_TRUE(unknown.error().what.contains("certificate")) << unknown.error().what;
    const auto wrong_name = co_await get(serves_elsewhere, elsewhere_certificate().path(), in_time());
    EXPECT_EQ(wrong_name.error().code, Errc::kUnavailable);
    const auto no_file = co_await get(serves_loopback, "/nowhere.pem", in_time());
    EXPECT_EQ(no_file.error().code, Errc::kInvalidArgument);
  });
}

TEST(Tls, TheHandshakeHasTheDeadlineToo) {
  run_test([]() -> awaitable<void> {
    const auto got =
        co_await get(hangs_in_the_handshake, loopback_certificate().path(), Deadline::after(milliseconds(40)));
    EXPECT_EQ(got.error().code, Errc::kDeadline);
  });
}

TEST(Tls, CarriesAWebSocket) {
  run_test([]() -> awaitable<void> {
    ImposterServer server(co_await asio::this_coro::executor, {echoes_one_message});
    auto socket = co_await WebSocket::connect(server.url("wss"), {}, in_time(), loopback_certificate().path());
    if (!socket) throw std::runtime_error(socket.error().what);
    EXPECT_TRUE(co_await (*socket)->send({.data = "hello"}));
    const auto message = co_await (*socket)->read();
    EXPECT_EQ(message->data, "hello");
    co_await (*socket)->close();
    const auto untrusted = co_await WebSocket::connect(server.url("wss"), {}, in_time());
    EXPECT_EQ(untrusted.error().code, Errc::kUnavailable);
    co_await server.stop();
  });
}

awaitable<void> says_hello(ServerRequest, ServerReply& reply) {
  co_await reply.send({.body = "hello"});
}

awaitable<void> renewed() {
  const auto executor = co_await asio::this_coro::executor;
  const TestCertificate old("IP:127.0.0.1"), fresh("IP:127.0.0.1"), served("IP:127.0.0.1");
  const auto serve_now = [&](const TestCertificate& what) {
    std::filesystem::copy_file(what.path(), served.path(), std::filesystem::copy_options::overwrite_existing);
  };
  serve_now(old);
  auto server =
      HttpServer::create(executor, {.certificate_file = served.path(), .key_file = served.path()}, says_hello).value();
  const auto url = fmt::format("https://127.0.0.1:{}/", server->listen("127.0.0.1", 0).value());
  HttpClient knows_old(executor, {.ca_file = old.path()});
  EXPECT_TRUE(co_await knows_old.send({.url = url}, in_time()));
  serve_now(fresh);
  EXPECT_TRUE(server->reload_certificate());
  HttpClient knows_fresh(executor, {.ca_file = fresh.path()});
  EXPECT_TRUE(co_await knows_fresh.send({.url = url}, in_time()));
  EXPECT_TRUE(co_await knows_old.send({.url = url}, in_time())) << "a connection that is open goes on";
  std::ofstream(served.path()) << "half a certificate";
  EXPECT_EQ(server->reload_certificate().error().code, Errc::kInvalidArgument);
  HttpClient another(executor, {.ca_file = fresh.path()});
  EXPECT_TRUE(co_await another.send({.url = url}, in_time())) << "the last good one serves on";
  co_await server->stop(Deadline::after(milliseconds(0)));
}
TEST(Tls, ARenewedCertificateIsTakenWithoutARestart) {
  run_test(renewed);
}

}  // namespace
}  // namespace call_agent::net
