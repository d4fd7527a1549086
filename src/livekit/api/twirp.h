#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/asio.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/result.h"
#include "livekit/api/token.h"
#include "net/http.h"

namespace call_agent::livekit::api {

/// Why a call failed: what a caller acts on, and LiveKit's own words where it answered at all.
struct TwirpError {
  Error error;                         ///< For people and for callers that need no more.
  std::string code;                    ///< Twirp's code, such as "not_found"; empty if LiveKit did not answer in Twirp.
  int http_status = 0;                 ///< 0 if nobody answered: whether the call was carried out is unknown.
  std::optional<int> sip_status_code;  ///< What the telephone network answered, such as 486.
  std::string sip_status;              ///< The same in words, such as "Busy Here".
};

template <class T>
using TwirpResult = std::expected<T, TwirpError>;

inline std::unexpected<TwirpError> refuse(Error error) {
  return std::unexpected(TwirpError{.error = std::move(error)});
}

/// The error of an HTTP answer that is not 200. Pure. Anything but a Twirp error in `body` (a proxy's page) is judged
/// by the status alone.
TwirpError parse_twirp_error(int http_status, std::string_view body);

/// The http(s) base of LIVEKIT_URL, which may be ws(s) or http(s) and have a path prefix; without a slash at its end.
/// Errors: kInvalidArgument naming LIVEKIT_URL.
Result<std::string> api_base(std::string_view livekit_url);

/// What the calls of all services share: POST, JSON, a token with exactly the call's grants, errors, retries
/// (https://twitchtv.github.io/twirp/docs/spec_v7.html).
///
/// Lives on one executor. Must outlive the calls under way.
class TwirpClient {
 public:
  struct Config {
    std::string url;  ///< LIVEKIT_URL
    ApiKey key;
    net::HttpClient::Options http = {};
  };
  /// Errors: kInvalidArgument naming LIVEKIT_URL, LIVEKIT_API_KEY or LIVEKIT_API_SECRET.
  static Result<std::unique_ptr<TwirpClient>> create(const asio::any_io_executor& executor, Config config);

  /// Whether carrying out the same call twice does no harm.
  enum class Repeat : bool { kNever, kIfUnavailable };
  struct Call {
    std::string_view service;  ///< A literal: "RoomService".
    std::string_view method;
    Json body;
    Grants grants;
    Repeat repeat = Repeat::kNever;
  };
  /// The answer's message. Under kIfUnavailable up to two more attempts, after 100 ms and 300 ms, as far as the
  /// deadline allows, if LiveKit could not be reached or said 502, 503 or 504.
  awaitable<TwirpResult<Json>> call(Call call, Deadline deadline);

 private:
  TwirpClient(const asio::any_io_executor& executor, std::string base, Config config)
      : base_(std::move(base)), key_(std::move(config.key)), http_(executor, std::move(config.http)) {}
  awaitable<TwirpResult<Json>> attempt(const Call& call, Deadline deadline);

  std::string base_;
  ApiKey key_;
  net::HttpClient http_;
};

}  // namespace call_agent::livekit::api
