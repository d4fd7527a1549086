#pragma once

#include <boost/asio/ip/udp.hpp>
#include <string>
#include <vector>

#include "core/asio.h"
#include "core/channel.h"
#include "core/task_group.h"

namespace call_agent::livekit::api {

/// For tests of what LiveKit's SIP service makes of a telephone network's answers: over UDP on a free loopback port it
/// answers every INVITE with one status, and what else it hears politely. No audio: an answered call is silent.
class ImposterSipPhone {
 public:
  /// `status` such as 486; 0 stays silent.
  ImposterSipPhone(const asio::any_io_executor& executor, int status);

  /// For a trunk: "127.0.0.1:port".
  std::string address() const;
  /// The methods heard, retransmissions included: "INVITE", "ACK", "BYE".
  const std::vector<std::string>& heard() const { return heard_; }
  /// Returns once `method` was heard, or at the deadline.
  awaitable<void> until_heard(std::string_view method, Deadline deadline);
  /// Call before it is destroyed.
  awaitable<void> stop();

 private:
  awaitable<void> serve();

  asio::ip::udp::socket socket_;
  int status_;
  std::vector<std::string> heard_;
  Notifier changed_;
  TaskGroup tasks_;
};

}  // namespace call_agent::livekit::api
