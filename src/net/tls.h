#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <string>

#include "core/asio.h"
#include "core/clock.h"
#include "core/result.h"
#include "net/url.h"

namespace call_agent::net {

using TlsStream = asio::ssl::stream<asio::ip::tcp::socket>;

/// The client side of TLS: certificates verified against `ca_file` (PEM), or against the system's where it is empty
/// (SSL_CERT_FILE and SSL_CERT_DIR are honoured). TLS 1.2 or newer.
///
/// Made at the first use and kept for the life of the process: one that never speaks TLS never loads a certificate.
/// Thread-safe. Errors: kInvalidArgument if `ca_file` cannot be read.
Result<asio::ssl::context*> client_tls(const std::string& ca_file);

/// The server side: TLS 1.2 or newer, with the certificate chain and the private key of two PEM files.
/// Errors: kInvalidArgument, naming the file that cannot be used.
Result<std::shared_ptr<asio::ssl::context>> server_tls(const std::string& certificate_file,
                                                       const std::string& key_file);

/// Shakes hands on a fresh connection to the URL's host, with SNI; its certificate must name that host (RFC 6125).
/// Errors: kUnavailable (certificate refused, connection broken), kDeadline, kCancelled, kInvalidArgument (ca_file).
awaitable<Result<std::unique_ptr<TlsStream>>> start_tls(asio::ip::tcp::socket socket, Url url, std::string ca_file,
                                                        Deadline deadline);

}  // namespace call_agent::net
