#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <optional>
#include <string_view>

#include "net/http_server.h"

namespace call_agent::net {

/// Builds a ServerRequest out of bytes: Beast reads the protocol, this keeps what it finds and refuses what RFC 9112
/// does. No I/O.
class RequestParser : private boost::beast::http::basic_parser<true> {
 public:
  using error_code = boost::system::error_code;

  RequestParser(std::size_t max_head, std::size_t max_body);

  /// Takes the request's next bytes; returns how many were its own. What is left belongs to the next request, once
  /// done(); before, it must be given again, with more after it.
  std::size_t put(std::string_view bytes);

  bool started() const { return got_some(); }
  bool head_done() const { return is_header_done(); }
  bool done() const { return is_done() && !refusal_; }
  using basic_parser::keep_alive;
  /// HTTP/1.0 knows no chunks.
  bool knows_chunks() const { return version_ >= 11; }
  /// The client waits for leave to send its body (RFC 9110, 10.1.1).
  bool expects_continue() const;

  /// Why this request is refused: the status, and words for people. The connection is out of step after it.
  const std::optional<ServerResponse>& refusal() const { return refusal_; }

  ServerRequest take() { return std::move(request_); }

 private:
  using string_view = boost::beast::string_view;

  void refuse(int status, std::string why);
  void check_head();

  void on_request_impl(boost::beast::http::verb verb, string_view method, string_view target, int version,
                       error_code& error) override;
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(boost::beast::http::field field, string_view name, string_view value, error_code& error) override;
  void on_header_impl(error_code& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code& error) override;
  std::size_t on_body_impl(string_view body, error_code& error) override;
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t remain, string_view body, error_code& error) override;
  void on_finish_impl(error_code&) override {}

  const std::size_t max_head_;
  const std::size_t max_body_;
  ServerRequest request_;
  int version_ = 11;
  bool amid_chunks_ = false;  // The next chunk's head, or the trailers, came in part.
  std::optional<ServerResponse> refusal_;
};

}  // namespace call_agent::net
