#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/http.h"

namespace call_agent::net {

/// One client WebSocket. Lives on one executor; one reader and any number of senders at a time (sends are queued).
class WebSocket {
 public:
  struct Message {
    std::string data;
    bool binary = false;
  };

  /// ws:// or wss://; `ca_file` (PEM) replaces the system's certificates. Errors: kInvalidArgument, kPermission (HTTP
  /// 401 or 403), kNotFound (404), kOverloaded (429), kUnavailable, kDeadline, kCancelled.
  static awaitable<Result<std::unique_ptr<WebSocket>>> connect(std::string url, std::vector<Header> headers,
                                                               Deadline deadline, std::string ca_file = {});
  /// Ends the connection at once, whatever is pending.
  virtual ~WebSocket() = default;

  /// The next message. Errors: kUnavailable once closed by either side, or silent for 30 s in spite of a ping;
  /// kOverloaded for one over 16 MiB; kCancelled: a cancelled read breaks the connection. Pings of the server are
  /// answered meanwhile, so a connection must always have a reader.
  virtual awaitable<Result<Message>> read() = 0;
  /// Queues a message, in order, and returns at once; a write that fails later ends the connection, which read() tells.
  /// Errors: kUnavailable once closed; kOverloaded with more than 4 MiB unsent.
  virtual awaitable<Result<void>> send(Message message) = 0;
  /// Closes politely, within a second; a pending read returns. Idempotent.
  virtual awaitable<void> close() = 0;
};

}  // namespace call_agent::net
