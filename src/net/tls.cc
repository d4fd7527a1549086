#include "net/tls.h"

#include <fmt/format.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <map>
#include <mutex>

#include "net/dial.h"
#include "net/watchdog.h"

namespace call_agent::net {
namespace {

using boost::system::error_code;

Result<std::unique_ptr<asio::ssl::context>> make_client_tls(const std::string& ca_file) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->set_verify_mode(asio::ssl::verify_peer);
  error_code error;
  if (ca_file.empty()) {
    context->set_default_verify_paths(error);
    if (error) return fail(Errc::kInternal, fmt::format("TLS certificates of the system: {}", error.message()));
  } else {
    context->load_verify_file(ca_file, error);
    if (error) return fail(Errc::kInvalidArgument, fmt::format("certificate file {}: {}", ca_file, error.message()));
  }
  return context;
}

/// False for a host no certificate can name.
bool expect_peer(SSL* ssl, const std::string& host) {
  error_code not_an_address;
  asio::ip::make_address(host, not_an_address);
  if (!not_an_address) {
    // RFC 6066 forbids addresses in SNI; the certificate must list the address itself.
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
  }
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str())) == 1 &&
         SSL_set1_host(ssl, host.c_str()) == 1;
}

}  // namespace

Result<asio::ssl::context*> client_tls(const std::string& ca_file) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<asio::ssl::context>> contexts;
  const std::scoped_lock lock(mutex);
  if (const auto known = contexts.find(ca_file); known != contexts.end()) return known->second.get();
  auto made = make_client_tls(ca_file);
  if (!made) return pass(made);
  return contexts.emplace(ca_file, std::move(*made)).first->second.get();
}

Result<std::shared_ptr<asio::ssl::context>> server_tls(const std::string& certificate_file,
                                                       const std::string& key_file) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  error_code error;
  context->use_certificate_chain_file(certificate_file, error);
  if (error) {
    return fail(Errc::kInvalidArgument, fmt::format("certificate file {}: {}", certificate_file, error.message()));
  }
  context->use_private_key_file(key_file, asio::ssl::context::pem, error);
  if (error) return fail(Errc::kInvalidArgument, fmt::format("key file {}: {}", key_file, error.message()));
  if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
    return fail(Errc::kInvalidArgument, fmt::format("{} is not the key of {}", key_file, certificate_file));
  }
  return context;
}

awaitable<Result<std::unique_ptr<TlsStream>>> start_tls(asio::ip::tcp::socket socket, Url url, std::string ca_file,
                                                        Deadline deadline) {
  const auto context = client_tls(ca_file);
  if (!context) co_return pass(context);
  auto stream = std::make_unique<TlsStream>(std::move(socket), **context);
  if (!expect_peer(stream->native_handle(), url.host)) {
    co_return fail(Errc::kInvalidArgument, "URL host cannot be used with TLS");
  }
  error_code error;
  const Watchdog watchdog(stream->get_executor(), deadline, [raw = stream.get()] {
    error_code ignored;
    raw->lowest_layer().close(ignored);
  });
  co_await stream->async_handshake(asio::ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return std::unexpected(explain(url, error, watchdog.expired(), "TLS handshake with"));
  co_return std::move(stream);
}

}  // namespace call_agent::net
