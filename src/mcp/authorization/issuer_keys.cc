#include "mcp/authorization/issuer_keys.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/log.h"
#include "mcp/authorization/members.h"
#include "net/loopback.h"
#include "net/url.h"

namespace call_agent::mcp {
namespace {

constexpr std::size_t kMostBytes = 256 * 1024;
constexpr milliseconds kFetchLimit{8'000};

/// Whoever can change what is fetched can make up tokens.
Result<void> check_url(std::string_view text) {
  const auto url = net::parse_url(text);
  if (!url) return pass(url);
  if (url->websocket) return fail(Errc::kInvalidArgument, "URL scheme must be https");
  if (!url->secure && !net::is_loopback(url->authority())) {
    return fail(Errc::kInvalidArgument, "URL scheme must be https: whoever can change the keys can make up tokens");
  }
  return {};
}

}  // namespace

std::vector<std::string> metadata_urls(std::string_view issuer) {
  const auto host_at = issuer.find("://") + 3;
  const auto path_at = std::min(issuer.find('/', host_at), issuer.size());
  const auto origin = issuer.substr(0, path_at);
  auto path = issuer.substr(path_at);
  while (path.ends_with('/')) path.remove_suffix(1);
  std::vector<std::string> urls{fmt::format("{}/.well-known/oauth-authorization-server{}", origin, path),
                                fmt::format("{}{}/.well-known/openid-configuration", origin, path)};
  // RFC 8414 puts the well-known part first, OpenID Connect puts it last; some do it for both.
  if (!path.empty()) urls.push_back(fmt::format("{}/.well-known/openid-configuration{}", origin, path));
  return urls;
}

IssuerKeys::IssuerKeys(const asio::any_io_executor& executor, Options options)
    : options_(std::move(options)),
      client_(executor, {.max_body = kMostBytes, .idle_per_origin = 1, .ca_file = options_.ca_file}),
      schedule_(options_.schedule),
      changed_(executor),
      fetches_(executor) {}

Result<std::unique_ptr<IssuerKeys>> IssuerKeys::create(const asio::any_io_executor& executor, Options options) {
  if (auto fine = check_url(options.issuer); !fine) {
    return fail(fine.error().code, "issuer: " + fine.error().what);
  }
  if (options.issuer.find_first_of("?#") != std::string::npos) {
    return fail(Errc::kInvalidArgument, "issuer: its URL has neither query nor fragment (RFC 8414)");
  }
  return std::unique_ptr<IssuerKeys>(new IssuerKeys(executor, std::move(options)));
}

awaitable<Result<KeySet::Verdict>> IssuerKeys::verify(Jwt jwt) {
  const auto need = schedule_.need(Clock::now());
  if (need == FetchSchedule::Need::kFirst || need == FetchSchedule::Need::kBeside) begin_fetch();
  if (need == FetchSchedule::Need::kFirst || (need == FetchSchedule::Need::kLater && fetching_)) {
    co_await until_fetched();
  }
  if (schedule_.need(Clock::now()) >= FetchSchedule::Need::kFirst) {
    co_return fail(Errc::kUnavailable, "the keys of the token's issuer cannot be fetched");
  }
  auto verdict = keys_->verify(jwt);
  if (verdict == KeySet::Verdict::kUnknownKey) {
    if (schedule_.may_look(Clock::now())) begin_fetch();
    if (fetching_) {
      co_await until_fetched();
      verdict = keys_->verify(jwt);
    }
  }
  co_return verdict;
}

awaitable<void> IssuerKeys::stop() {
  fetches_.cancel();
  co_await fetches_.join();
}

void IssuerKeys::begin_fetch() {
  if (fetching_) return;
  fetching_ = true;
  schedule_.tried(Clock::now());
  // Not the asking request's: it may be gone before the others that wait have their answer.
  fetches_.spawn(fetch());
}

awaitable<void> IssuerKeys::until_fetched() {
  while (fetching_) {
    co_await changed_.wait();
    if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) co_return;
  }
}

awaitable<void> IssuerKeys::fetch() {
  const std::shared_ptr<void> over(nullptr, [this](void*) {
    fetching_ = false;
    changed_.notify();
  });
  auto keys = co_await fetch_keys(Deadline::after(kFetchLimit));
  if (keys) {
    keys_ = *std::move(keys);
    schedule_.fetched(Clock::now());
    log::info("fetched {} keys of issuer {}", keys_->size(), options_.issuer);
  } else {
    log::warn("fetching the keys of issuer {}: {}", options_.issuer, keys.error().what);
  }
}

awaitable<Result<KeySet>> IssuerKeys::fetch_keys(Deadline deadline) {
  const auto url = co_await find_keys(deadline);
  if (!url) co_return pass(url);
  if (auto fine = check_url(*url); !fine) {
    co_return fail(Errc::kUnavailable, fmt::format("jwks_uri of its metadata: {}", fine.error().what));
  }
  const auto text = co_await get(*url, deadline);
  if (!text) co_return pass(text);
  auto keys = KeySet::parse(*text);
  if (keys && keys->size() == 0) {
    co_return fail(Errc::kUnavailable, "it has no key for RS256, ES256 or Ed25519");
  }
  co_return keys;
}

awaitable<Result<std::string>> IssuerKeys::find_keys(Deadline deadline) {
  auto reason = fail(Errc::kUnavailable, "it has no metadata");
  for (auto& url : metadata_urls(options_.issuer)) {
    const auto text = co_await get(std::move(url), deadline);
    if (!text) {
      reason = pass(text);
      continue;
    }
    const auto metadata = parse_json(*text);
    if (!metadata || !metadata->is_object()) {
      reason = fail(Errc::kUnavailable, "its metadata is no JSON object");
    } else if (text_member(*metadata, "issuer") != options_.issuer) {
      // RFC 8414, 3.3: or one issuer could speak for another.
      reason = fail(Errc::kUnavailable, "its metadata is of another issuer: give --issuer exactly as it writes itself");
    } else if (auto keys = text_member(*metadata, "jwks_uri"); keys.empty()) {
      reason = fail(Errc::kUnavailable, "its metadata has no jwks_uri");
    } else {
      co_return keys;
    }
  }
  co_return reason;
}

awaitable<Result<std::string>> IssuerKeys::get(std::string url, Deadline deadline) {
  auto got = co_await client_.send({.url = url, .headers = {{"Accept", "application/json"}}}, deadline);
  if (!got) co_return pass(got);
  if (got->status != 200) co_return fail(Errc::kUnavailable, fmt::format("{} answers {}", url, got->status));
  co_return std::move(got->body);
}

}  // namespace call_agent::mcp
