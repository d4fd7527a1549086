#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/channel.h"
#include "core/task_group.h"
#include "mcp/authorization/fetch_schedule.h"
#include "mcp/authorization/key_set.h"
#include "net/http.h"

namespace call_agent::mcp {

/// The keys an issuer signs with: found by its metadata (RFC 8414, OpenID Connect Discovery), kept, and fetched again
/// when they grow old or a token names one that is not known. One fetch at a time, however many ask.
///
/// Lives on one executor; not thread-safe.
class IssuerKeys {
 public:
  struct Options {
    std::string issuer;   ///< As its tokens write it: https, or http on this machine.
    std::string ca_file;  ///< PEM. Empty: the system's certificates.
    FetchSchedule::Options schedule{};
  };
  /// Errors: kInvalidArgument: no such URL, with the reason.
  static Result<std::unique_ptr<IssuerKeys>> create(const asio::any_io_executor& executor, Options options);

  /// Whether the issuer has signed it. Errors: kUnavailable if its keys cannot be fetched, with the reason.
  awaitable<Result<KeySet::Verdict>> verify(Jwt jwt);

  /// Call before it is destroyed.
  awaitable<void> stop();

 private:
  IssuerKeys(const asio::any_io_executor& executor, Options options);

  void begin_fetch();
  awaitable<void> until_fetched();
  awaitable<void> fetch();
  awaitable<Result<KeySet>> fetch_keys(Deadline deadline);
  awaitable<Result<std::string>> find_keys(Deadline deadline);
  awaitable<Result<std::string>> get(std::string url, Deadline deadline);

  const Options options_;
  net::HttpClient client_;
  FetchSchedule schedule_;
  std::optional<KeySet> keys_;
  bool fetching_ = false;
  Notifier changed_;
  TaskGroup fetches_;
};

/// Where an issuer's metadata may be, in the order to look.
std::vector<std::string> metadata_urls(std::string_view issuer);

}  // namespace call_agent::mcp
