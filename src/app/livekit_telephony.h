#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/livekit_config.h"
#include "calls/ports.h"
#include "livekit/api/dispatch.h"
#include "livekit/api/rooms.h"
#include "livekit/api/sip.h"

namespace call_agent::app {

/// Placing calls through a LiveKit server: its rooms, agent dispatch and SIP service.
/// Lives on one executor. Must outlive the calls under way.
class LiveKitTelephony final : public calls::Telephony {
 public:
  /// `agent_name` is the one the workers registered with.
  /// Errors: kInvalidArgument naming the variable.
  static Result<std::unique_ptr<LiveKitTelephony>> create(const asio::any_io_executor& executor, LiveKitConfig config,
                                                          std::string agent_name);

  /// Errors: kPermission naming the credentials, kUnavailable naming LIVEKIT_URL, kDeadline.
  awaitable<Result<void>> dispatch(std::string room, std::string metadata, Deadline deadline) override;

  /// A dispatch that meets no free worker is lost in silence: while nobody has the job, it is asked for again every
  /// 5.5 s, the earlier one withdrawn first. So it must not be called once a phone rings.
  awaitable<Result<Agent>> agent_ready(std::string room, Deadline deadline) override;

  awaitable<Result<calls::DialResult>> dial(Dial dial) override;

  /// Errors: dispatch()'s; kInvalidArgument naming SIP_OUTBOUND_TRUNK_ID if there is no such trunk.
  awaitable<Result<void>> check(Deadline deadline) override;

  /// A room that is already gone is a success.
  awaitable<Result<void>> delete_room(std::string room) override;
  awaitable<Result<Occupancy>> occupancy(std::string room) override;

 private:
  LiveKitTelephony(std::unique_ptr<livekit::api::TwirpClient> twirp, std::string trunk_id, std::string agent_name);

  /// The agent, once it has said in the room that it is ready.
  awaitable<livekit::api::TwirpResult<std::optional<Agent>>> ready(const std::string& room, Deadline deadline);
  /// Why an agent that may not be heard beyond this machine must not be connected to our trunk; nothing if it may.
  awaitable<std::optional<calls::DialResult>> refuse_beyond_loopback();
  /// Makes sure that somebody is asked: where no job of ours is alive, withdraws the dispatch and makes it anew.
  /// `metadata` keeps the job's in between, should only the first half succeed. Returns why there is no agent yet.
  awaitable<livekit::api::TwirpResult<std::string>> renew_dispatch(const std::string& room, std::string& metadata,
                                                                   Deadline deadline);

  std::unique_ptr<livekit::api::TwirpClient> twirp_;
  livekit::api::RoomService rooms_;
  livekit::api::DispatchService dispatches_;
  livekit::api::SipService sip_;
  std::string trunk_id_;
  std::string agent_name_;
};

}  // namespace call_agent::app
