#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/asio.h"
#include "core/clock.h"
#include "core/result.h"

namespace call_agent::livekit::rtc {

/// Why the other side is no longer in the room (livekit.DisconnectReason).
enum class DisconnectReason : std::uint8_t {
  kUnknown,
  kClientInitiated,
  kDuplicateIdentity,
  kServerShutdown,
  kParticipantRemoved,
  kRoomDeleted,
  kStateMismatch,
  kJoinFailure,
  kMigration,
  kSignalClose,
  kRoomClosed,
  kUserUnavailable,
  kUserRejected,
  kSipTrunkFailure,
  kConnectionTimeout,
  kMediaFailure,
  kAgentError,
};
std::string_view to_string(DisconnectReason reason);

/// What happens in the room, in order, on the session's executor.
struct RoomEvent {
  enum class Kind : std::uint8_t {
    kParticipantJoined,
    kAttributesChanged,
    kParticipantLeft,
    kTrackSubscribed,
    kDtmf,
    kData,
    kReconnecting,
    kReconnected,
    kDisconnected,
  };
  Kind kind;
  std::string identity;                                  ///< Who; empty for events of the session itself.
  bool sip = false;                                      ///< The participant's kind is SIP: the telephone.
  std::map<std::string, std::string> attributes;         ///< All of the participant's, on joined and changed.
  DisconnectReason reason = DisconnectReason::kUnknown;  ///< On left and disconnected.
  std::string payload;                                   ///< The digit, or the data.
  std::string topic;                                     ///< Of data.
};

struct JoinOptions {
  std::string url;  ///< ws(s):// of the LiveKit server.
  std::string token;
  std::string callee_identity;  ///< The one participant to subscribe to; its kind must be SIP unless `any_kind`.
  bool any_kind = false;        ///< For benchmarks whose far end is a plain participant.
  int publish_rate = 24000;     ///< Hz of the audio that will be written.
  milliseconds connect_timeout{10000};
};

/// One agent in one room: its ear, its mouth, and what it is told. The only way the rest of the system touches media,
/// so that the library underneath can be replaced. Lives on one executor; not thread-safe.
class MediaSession {
 public:
  using OnEvent = std::function<void(const RoomEvent&)>;
  virtual ~MediaSession() = default;

  /// The callee's next 20 ms at 16 kHz; empty once the session has ended. Bounded: the oldest audio is dropped and
  /// counted. Before the callee's track is there it waits.
  virtual awaitable<std::optional<std::vector<std::int16_t>>> read() = 0;

  /// Queues audio at publish_rate, waiting while more than ~200 ms are queued. Silence is sent whenever nothing is.
  virtual awaitable<Result<void>> write(std::span<const std::int16_t> audio) = 0;
  /// Drops what is queued; returns what was played of everything written since the last flush.
  virtual milliseconds flush() = 0;
  virtual awaitable<void> drained() = 0;

  /// What follows returns once it is sent. Errors: kInvalidArgument, and then nothing is sent; kUnavailable once the
  /// room has been left; kDeadline. Strings are UTF-8, a payload any bytes.
  ///
  /// 1 to 64 of 0-9 * # A-D, 300 ms apart.
  virtual awaitable<Result<void>> send_dtmf(std::string_view digits) = 0;
  /// Adds to the agent's attributes and replaces those named; names and values of one call have at most 64 KiB.
  virtual awaitable<Result<void>> set_attributes(std::map<std::string, std::string> attributes) = 0;
  /// 1 to 15,360 bytes, as one reliable packet; a topic of up to 256 bytes.
  virtual awaitable<Result<void>> send_data(std::string_view payload, std::string_view topic) = 0;

  struct Stats {
    std::uint64_t frames_in = 0, frames_dropped = 0, frames_out = 0, underruns = 0;
  };
  virtual Stats stats() const = 0;

  /// Disconnects. Leaks nothing, provided the callee has already left (else about 0.3 MB, in the library).
  /// Every pending read and write returns. Idempotent.
  virtual awaitable<void> close() = 0;
};

/// Joins a room on the caller's executor and publishes the agent's audio at once. Loads the media library on first use.
/// Participants who are there already are reported as joined, once join() has returned.
///
/// `on_event` is called on the executor, never before join() has returned and never after close(); it may destroy the
/// session. A session destroyed without close() leaves the room in the background.
/// Errors: kInvalidArgument, kNotFound (the library), kPermission (the token), kUnavailable, kDeadline.
awaitable<Result<std::unique_ptr<MediaSession>>> join(JoinOptions options, MediaSession::OnEvent on_event);

}  // namespace call_agent::livekit::rtc
