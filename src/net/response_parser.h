#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <string_view>

#include "net/http.h"

namespace call_agent::net {

/// Builds an HttpResponse out of bytes: Beast reads the protocol, this keeps what it finds. No I/O.
class ResponseParser : private boost::beast::http::basic_parser<false> {
 public:
  using error_code = boost::system::error_code;

  struct Options {
    std::size_t max_body;
    bool to_head = false;              ///< The answer to HEAD: its length is not followed by a body.
    HttpClient::OnBody on_body = {};   ///< If set, takes the body as it comes, without limit,
    HttpClient::Streams streams = {};  ///< where this says so.
  };
  explicit ResponseParser(Options options);

  /// Returns how many of `bytes` were used; the rest must be given again, with more after it. Errors as Beast names
  /// them: need_more is none, body_limit a body over max_body, anything else a server that does not speak HTTP.
  std::size_t put(std::string_view bytes, error_code& error);
  /// The connection ended, which completes a body that has no other end; else partial_message.
  void put_eof(error_code& error) { basic_parser::put_eof(error); }

  using basic_parser::got_some;
  using basic_parser::is_done;
  using basic_parser::keep_alive;
  /// A 1xx: the response proper is still to come, for a new parser.
  bool interim() const { return response_.status >= 100 && response_.status < 200; }

  HttpResponse take() { return std::move(response_); }

 private:
  using string_view = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int status, string_view reason, int version, error_code& error) override;
  void on_field_impl(boost::beast::http::field field, string_view name, string_view value, error_code& error) override;
  void on_header_impl(error_code&) override { streaming_ = options_.on_body && options_.streams(response_); }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code& error) override;
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t remain, string_view body, error_code& error) override;
  void on_finish_impl(error_code&) override {}

  Options options_;
  HttpResponse response_;
  std::size_t header_bytes_ = 0;
  bool streaming_ = false;
};

}  // namespace call_agent::net
