#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "phone/event_log.h"
#include "phone/script.h"

namespace call_agent::phone {

struct PhoneOptions {
  std::string host = "127.0.0.1";  ///< Numeric address to listen at, by UDP and TCP.
  std::uint16_t port = 0;          ///< 0 takes a free one.
  std::uint16_t first_rtp_port = 40000;
  std::uint16_t last_rtp_port = 40999;
  bool allow_public = false;  ///< Without it an address other than loopback is refused.
  std::optional<std::filesystem::path>
      recordings;               ///< A folder for a stereo WAV of each call (left: heard, right: said). Made if need be.
  std::size_t most_calls = 64;  ///< At once; one more is told 503.

  std::shared_ptr<const Script> script;  ///< Whom to play. Required.
  /// Other people, by the digits a called number ends with; the longest match counts.
  std::map<std::string, std::shared_ptr<const Script>> scripts_by_ending;

  /// After each call, on the phone's thread, with the number of calls ended so far.
  std::function<void(int ended)> on_call_ended;
};

/// "127.0.0.1:5080" or "[::1]:5080" into host and port. Errors: kInvalidArgument.
struct HostPort {
  std::string host;
  std::uint16_t port;
};
Result<HostPort> parse_host_port(std::string_view text);

/// A SIP telephone that answers calls as scripted persons, on a thread of its own. One a process: libre's loop is
/// global.
class Phone {
 public:
  /// Listening when it returns.
  /// Errors: kInvalidArgument (address, no script, a folder nothing can be recorded in), kPermission (a public
  /// address), kUnavailable (port taken), kConflict (another phone runs in this process).
  static Result<std::unique_ptr<Phone>> start(PhoneOptions options, EventLog log);

  /// Ends every call with BYE (or 480 while it rings), waits at most 2 s for answers, and stops listening.
  ~Phone();
  Phone(const Phone&) = delete;
  Phone& operator=(const Phone&) = delete;

  const std::string& host() const;
  std::uint16_t port() const;

 private:
  class Loop;
  explicit Phone(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace call_agent::phone
