#include "livekit/api/twirp.h"

#include <fmt/format.h>

#include <algorithm>

#include "livekit/api/proto_json.h"
#include "net/url.h"

namespace call_agent::livekit::api {
namespace {

/// Longer words of a proxy do not help anybody.
constexpr std::size_t kMaxWords = 300;

struct CodeMeaning {
  std::string_view code;
  Errc errc;
};
/// https://twitchtv.github.io/twirp/docs/errors.html. A failure inside LiveKit is not one of ours: kUnavailable.
constexpr CodeMeaning kMeanings[] = {
    {"invalid_argument", Errc::kInvalidArgument},
    {"malformed", Errc::kInvalidArgument},
    {"out_of_range", Errc::kInvalidArgument},
    {"bad_route", Errc::kInvalidArgument},
    {"not_found", Errc::kNotFound},
    {"already_exists", Errc::kConflict},
    {"failed_precondition", Errc::kConflict},
    {"aborted", Errc::kConflict},
    {"unauthenticated", Errc::kPermission},
    {"permission_denied", Errc::kPermission},
    {"resource_exhausted", Errc::kOverloaded},
    {"deadline_exceeded", Errc::kDeadline},
    {"canceled", Errc::kDeadline},
};

Errc meaning_of(std::string_view code, int http_status) {
  const auto* known = std::ranges::find(kMeanings, code, &CodeMeaning::code);
  if (known != std::end(kMeanings)) return known->errc;
  if (!code.empty() || http_status >= 500) return Errc::kUnavailable;
  if (http_status == 401 || http_status == 403) return Errc::kPermission;
  if (http_status == 404) return Errc::kNotFound;
  if (http_status == 429) return Errc::kOverloaded;
  return http_status >= 400 ? Errc::kInvalidArgument : Errc::kUnavailable;
}

/// meta holds strings only; the status is a number in one.
std::optional<int> sip_status_code(const Json& meta) {
  const auto code = integer(meta, "sip_status_code");
  return code >= 100 && code < 700 ? std::optional(static_cast<int>(code)) : std::nullopt;
}

bool worth_repeating(const TwirpError& error) {
  return error.http_status == 0 ? error.error.code == Errc::kUnavailable
                                : error.http_status >= 502 && error.http_status <= 504;
}

}  // namespace

TwirpError parse_twirp_error(int http_status, std::string_view body) {
  TwirpError out{.http_status = http_status};
  std::string words;
  if (const auto json = parse_json(body); json && field(*json, "code").is_string()) {
    out.code = text(*json, "code");
    words = text(*json, "msg");
    const Json& meta = field(*json, "meta");
    out.sip_status_code = sip_status_code(meta);
    out.sip_status = text(meta, "sip_status");
  } else {
    words = std::string(body);
  }
  if (words.size() > kMaxWords) words.resize(kMaxWords);
  out.error.code = meaning_of(out.code, http_status);
  out.error.what = out.code.empty() ? fmt::format("LiveKit answered HTTP {}: {}", http_status, words)
                                    : fmt::format("LiveKit: {}: {}", out.code, words);
  return out;
}

Result<std::string> api_base(std::string_view livekit_url) {
  const auto url = net::parse_url(livekit_url);
  if (!url) return fail(Errc::kInvalidArgument, fmt::format("LIVEKIT_URL: {}", url.error().what));
  if (url->target.contains('?')) return fail(Errc::kInvalidArgument, "LIVEKIT_URL must not have a query");
  std::string base = fmt::format("{}://{}{}", url->secure ? "https" : "http", url->authority(), url->target);
  while (base.ends_with('/')) base.pop_back();
  return base;
}

Result<std::unique_ptr<TwirpClient>> TwirpClient::create(const asio::any_io_executor& executor, Config config) {
  auto base = api_base(config.url);
  if (!base) return pass(base);
  if (config.key.key.empty()) return fail(Errc::kInvalidArgument, "LIVEKIT_API_KEY is empty");
  if (config.key.secret.empty()) return fail(Errc::kInvalidArgument, "LIVEKIT_API_SECRET is empty");
  return std::unique_ptr<TwirpClient>(new TwirpClient(executor, std::move(*base), std::move(config)));
}

awaitable<TwirpResult<Json>> TwirpClient::call(Call call, Deadline deadline) {
  if (call.repeat == Repeat::kIfUnavailable) {
    for (const milliseconds pause : {milliseconds(100), milliseconds(300)}) {
      auto result = co_await attempt(call, deadline);
      if (result || !worth_repeating(result.error()) || deadline.left() <= pause) co_return result;
      co_await sleep_for(pause);
    }
  }
  co_return co_await attempt(call, deadline);
}

awaitable<TwirpResult<Json>> TwirpClient::attempt(const Call& call, Deadline deadline) {
  const std::string token = sign_token({.grants = call.grants}, key_, unix_ms() / 1000);
  net::HttpRequest request{
      .method = "POST",
      .url = fmt::format("{}/twirp/livekit.{}/{}", base_, call.service, call.method),
      .headers = {{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}},
      .body = dump_json(call.body),
  };
  const auto response = co_await http_.send(std::move(request), deadline);
  if (!response) co_return refuse({response.error().code, "LiveKit: " + response.error().what});
  if (response->status != 200) co_return std::unexpected(parse_twirp_error(response->status, response->body));
  auto json = parse_json(response->body);
  if (!json || !json->is_object()) {
    const std::string what = fmt::format("LiveKit answered {} with something that is not a message", call.method);
    co_return std::unexpected(TwirpError{.error = {Errc::kUnavailable, what}, .http_status = response->status});
  }
  co_return std::move(*json);
}

}  // namespace call_agent::livekit::api
