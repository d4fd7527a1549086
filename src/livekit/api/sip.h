#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "livekit/api/twirp.h"

namespace call_agent::livekit::api {

enum class SipTransport : std::uint8_t { kAuto, kUdp, kTcp, kTls };
/// Which headers of the 200 OK become participant attributes sip.h.*
enum class SipHeaders : std::uint8_t { kNone, kX, kAll };
enum class SipEncryption : std::uint8_t { kDisable, kAllow, kRequire };

/// Where outbound calls go.
struct OutboundTrunk {
  std::string id;  ///< Given by LiveKit.
  std::string name;
  std::string metadata;
  std::string address;              ///< Host or host:port, not a URI.
  std::string destination_country;  ///< ISO 3166-1 alpha-2
  SipTransport transport = SipTransport::kAuto;
  std::vector<std::string> numbers;  ///< Called from; one is chosen at random.
  std::string auth_username;
  std::string auth_password;
  std::map<std::string, std::string> headers = {};  ///< Sent with every INVITE.
  std::map<std::string, std::string> headers_to_attributes = {};
  std::map<std::string, std::string> attributes_to_headers = {};
  SipHeaders include_headers = SipHeaders::kNone;
  std::string from_host = {};
};
OutboundTrunk parse_outbound_trunk(const Json& message);

/// One outbound call: livekit.CreateSIPParticipantRequest.
struct SipDial {
  std::string trunk_id;
  std::string call_to;  ///< A number or SIP user: "+442079460101".
  std::string room;
  std::string participant_identity;
  std::string participant_name = {};
  std::string participant_metadata = {};
  std::map<std::string, std::string> participant_attributes = {};
  std::string from_number = {};                  ///< Empty: one of the trunk's.
  std::optional<std::string> display_name = {};  ///< Unset: the number; empty: none, so that the network looks it up.
  std::string dtmf = {};                         ///< Sent after the answer: 0-9 * # A-D, and w for half a second.
  bool play_dialtone = false;
  bool hide_phone_number = false;
  bool krisp_enabled = false;
  bool wait_until_answered = false;
  std::chrono::milliseconds ringing_timeout{30'000};  ///< 1 to 80 s: livekit-server does not wait longer.
  std::chrono::milliseconds max_call_duration{0};     ///< 0: the server's limit; at most 24 h.
  std::map<std::string, std::string> headers = {};    ///< Of the INVITE.
  SipHeaders include_headers = SipHeaders::kNone;
  std::optional<SipEncryption> encryption = {};
  std::string destination_country = {};
  std::string request_uri = {};  ///< Raw, replaces the one made from trunk and number.
};

struct SipParticipant {
  std::string participant_id;
  std::string identity;
  std::string room;
  std::string sip_call_id;
};

/// The request of a dial. Pure. Errors: kInvalidArgument naming the argument.
Result<Json> dial_request(const SipDial& dial);

/// How long LiveKit may take to answer a dial: the ringing limit and 15 s for all else where it waits for the answer,
/// else 45 s; past that nobody knows whether the phone rings.
std::chrono::milliseconds dial_limit(const SipDial& dial);

/// A blind transfer (REFER).
struct SipTransfer {
  std::string room;
  std::string participant_identity;
  std::string transfer_to;  ///< tel: or sip: URI.
  bool play_dialtone = false;
  std::map<std::string, std::string> headers = {};
  std::chrono::milliseconds ringing_timeout{30'000};  ///< 1 to 80 s
};

/// livekit.SIP
class SipService {
 public:
  explicit SipService(TwirpClient& twirp) : twirp_(twirp) {}

  /// Rings a phone. Never repeated: one call of this is one INVITE at most. Waits as long as dial_limit() says. A
  /// failure of the telephone network has sip_status_code set; without it, and with http_status 0, the fate of the dial
  /// is unknown.
  awaitable<TwirpResult<SipParticipant>> dial(SipDial dial);

  /// Never repeated. Errors: kDeadline leaves the fate of the transfer unknown.
  awaitable<TwirpResult<void>> transfer(SipTransfer transfer, Deadline deadline);

  /// Never repeated: two creations are two trunks. `trunk.id` is ignored.
  awaitable<TwirpResult<OutboundTrunk>> create_trunk(OutboundTrunk trunk, Deadline deadline);
  /// Repeated if unavailable.
  awaitable<TwirpResult<std::vector<OutboundTrunk>>> list_trunks(Deadline deadline);
  /// One that does not exist is a success. Repeated if unavailable.
  awaitable<TwirpResult<void>> delete_trunk(std::string id, Deadline deadline);

 private:
  TwirpClient& twirp_;
};

}  // namespace call_agent::livekit::api
