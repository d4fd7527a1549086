#include "net/request_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/error.hpp>
#include <utility>

#include "net/header_rules.h"

namespace call_agent::net {
namespace {

namespace http = boost::beast::http;

/// Beast asserts that of a last chunk which it has seen in part it gets at least this the next time.
constexpr std::string_view kShortestEnd = "0\r\n\r\n";

/// Absolute form, which only proxies need but every server must take (RFC 9112, 3.2.2): its authority stands for Host.
struct Absolute {
  std::string authority;
  std::string target;
};
std::optional<Absolute> absolute_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() < scheme.size() || !same_name(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    const auto end = std::min(target.find_first_of("/?"), target.size());
    std::string rest(target.substr(end));
    if (!rest.starts_with('/')) rest.insert(0, "/");
    return Absolute{std::string(target.substr(0, end)), std::move(rest)};
  }
  return std::nullopt;
}

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c > ' ' && c != 0x7F; });
}

}  // namespace

std::string_view ServerRequest::header(std::string_view name) const {
  const auto found = std::ranges::find_if(headers, [&](const Header& each) { return same_name(each.name, name); });
  return found == headers.end() ? std::string_view() : std::string_view(found->value);
}

std::size_t ServerRequest::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(headers, [&](const Header& each) { return same_name(each.name, name); }));
}

RequestParser::RequestParser(std::size_t max_head, std::size_t max_body) : max_head_(max_head), max_body_(max_body) {
  eager(true);
  header_limit(static_cast<std::uint32_t>(max_head));
  body_limit(max_body);
}

std::size_t RequestParser::put(std::string_view bytes) {
  if (amid_chunks_ && bytes.size() < kShortestEnd.size()) return 0;
  error_code error;
  const std::size_t used = basic_parser::put(boost::asio::buffer(bytes), error);
  if (refusal_) return used;
  amid_chunks_ = head_done() && error == http::error::need_more;
  // Beast bounds neither a chunk's extension nor the trailers, and takes none of them before their end.
  if (amid_chunks_ && bytes.size() - used > max_head_) {
    refuse(431, "what surrounds the request's chunks is too long");
  }
  if (!error || error == http::error::need_more) return used;
  if (error == http::error::header_limit) {
    refuse(431, "the request's headers are too long");
  } else if (error == http::error::body_limit) {
    refuse(413, fmt::format("a request may have {} bytes at most", max_body_));
  } else {
    refuse(400, "this is no proper HTTP request: " + error.message());
  }
  return used;
}

void RequestParser::refuse(int status, std::string why) {
  if (!refusal_) refusal_ = ServerResponse::text(status, std::move(why) + "\n");
}

bool RequestParser::expects_continue() const {
  return same_name(request_.header("Expect"), "100-continue");
}

void RequestParser::on_request_impl(http::verb, string_view method, string_view target, int version,
                                    error_code& error) {
  request_.method = method;
  request_.target = target;
  version_ = version;
  const bool form = target.starts_with('/') || target == "*" || absolute_form(target);
  if (form && is_visible(target)) return;
  refuse(400, "the request's target must be a path");
  error = http::error::bad_target;
}

void RequestParser::on_field_impl(http::field, string_view name, string_view value, error_code&) {
  // A trailer is not merged (RFC 9110, 6.5.1): whoever checked the head, such as a proxy, has not seen it.
  if (head_done()) return;
  request_.headers.push_back({std::string(name), std::string(value)});
}

void RequestParser::on_header_impl(error_code& error) {
  check_head();
  if (refusal_) error = http::error::bad_field;
}

void RequestParser::check_head() {
  if (request_.count("Host") > 1 || (version_ >= 11 && request_.count("Host") == 0)) {
    return refuse(400, "a request must have exactly one Host header");
  }
  const bool coded = request_.count("Transfer-Encoding") > 0;
  // Beast takes some of these: the same length twice, and a length with a coding it does not know.
  if (request_.count("Content-Length") + request_.count("Transfer-Encoding") > 1 ||
      request_.header("Content-Length").contains(',')) {
    return refuse(400, "the length of the request is given twice");
  }
  if (coded && (version_ < 11 || !same_name(request_.header("Transfer-Encoding"), "chunked"))) {
    return refuse(501, "the only transfer coding served is chunked");
  }
  const auto expected = request_.header("Expect");
  if (!expected.empty() && !expects_continue()) return refuse(417, "the only expectation met is 100-continue");
  if (auto absolute = absolute_form(request_.target)) {
    request_.target = std::move(absolute->target);
    for (auto& header : request_.headers) {
      if (same_name(header.name, "Host")) header.value = absolute->authority;
    }
  }
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) {
  if (length && *length <= max_body_) request_.body.reserve(static_cast<std::size_t>(*length));
}

std::size_t RequestParser::on_body_impl(string_view body, error_code& error) {
  if (request_.body.size() + body.size() > max_body_) {
    error = http::error::body_limit;
    return 0;
  }
  request_.body += body;
  return body.size();
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, string_view body, error_code& error) {
  return on_body_impl(body, error);
}

}  // namespace call_agent::net
