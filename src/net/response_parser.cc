#include "net/response_parser.h"

#include <boost/beast/http/error.hpp>

namespace call_agent::net {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kMaxHeaders = 64 * 1024;

}  // namespace

ResponseParser::ResponseParser(Options options) : options_(std::move(options)) {
  eager(true);
  skip(options_.to_head);
  header_limit(kMaxHeaders);
  // The limit is ours to keep: which one applies depends on the status.
  body_limit(boost::none);
}

std::size_t ResponseParser::put(std::string_view bytes, error_code& error) {
  const std::size_t used = basic_parser::put(boost::asio::buffer(bytes), error);
  if (error == http::error::need_more) error = {};
  return used;
}

void ResponseParser::on_response_impl(int status, string_view, int, error_code&) {
  response_.status = status;
}

void ResponseParser::on_field_impl(http::field, string_view name, string_view value, error_code& error) {
  header_bytes_ += name.size() + value.size() + 4;
  if (header_bytes_ > kMaxHeaders) {
    error = http::error::header_limit;
    return;
  }
  response_.headers.push_back({std::string(name), std::string(value)});
}

std::size_t ResponseParser::on_body_impl(string_view body, error_code& error) {
  if (streaming_) {
    options_.on_body(body);
  } else if (response_.body.size() + body.size() > options_.max_body) {
    error = http::error::body_limit;
    return 0;
  } else {
    response_.body += body;
  }
  return body.size();
}

std::size_t ResponseParser::on_chunk_body_impl(std::uint64_t, string_view body, error_code& error) {
  return on_body_impl(body, error);
}

}  // namespace call_agent::net
