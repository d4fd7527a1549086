#include "livekit/api/sip.h"

#include <fmt/format.h>

#include <algorithm>

#include "livekit/api/arguments.h"
#include "livekit/api/proto_json.h"

namespace call_agent::livekit::api {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kSipService = "SIP";
constexpr milliseconds kShortestRinging{1'000};
constexpr milliseconds kLongestRinging{80'000};
constexpr milliseconds kLongestCall{24 * 3'600'000};
constexpr milliseconds kBesidesRinging{15'000};
constexpr milliseconds kWithoutWaiting{45'000};

constexpr std::string_view kTransports[] = {"SIP_TRANSPORT_AUTO", "SIP_TRANSPORT_UDP", "SIP_TRANSPORT_TCP",
                                            "SIP_TRANSPORT_TLS"};
constexpr std::string_view kHeaderOptions[] = {"SIP_NO_HEADERS", "SIP_X_HEADERS", "SIP_ALL_HEADERS"};
constexpr std::string_view kEncryptions[] = {"SIP_MEDIA_ENCRYPT_DISABLE", "SIP_MEDIA_ENCRYPT_ALLOW",
                                             "SIP_MEDIA_ENCRYPT_REQUIRE"};

template <class Enum, std::size_t kCount>
std::string_view name_of(Enum value, const std::string_view (&names)[kCount]) {
  return names[static_cast<std::size_t>(value)];
}

Result<void> check_ringing(milliseconds ringing_timeout) {
  if (ringing_timeout >= kShortestRinging && ringing_timeout <= kLongestRinging) return {};
  return fail(Errc::kInvalidArgument, "ringing timeout must be 1 to 80 s");
}

/// A URI that goes into the head of a SIP message as it is.
Result<void> check_uri(std::string_view argument, std::string_view value) {
  if (auto name = check_name(argument, value); !name) return name;
  if (value.find_first_of(" <>\"") == std::string_view::npos) return {};
  return fail(Errc::kInvalidArgument, fmt::format("{} is not a URI", argument));
}

Result<void> check(const SipDial& dial) {
  constexpr std::size_t kMaxDisplayName = 128;
  if (auto fine = check_name("trunk id", dial.trunk_id); !fine) return fine;
  if (auto fine = check_sip_user("phone number", dial.call_to); !fine) return fine;
  if (auto fine = check_name("room", dial.room); !fine) return fine;
  if (auto fine = check_name("participant identity", dial.participant_identity); !fine) return fine;
  if (auto fine = check_ringing(dial.ringing_timeout); !fine) return fine;
  if (auto fine = check_sip_headers("headers", dial.headers); !fine) return fine;
  if (!dial.from_number.empty()) {
    if (auto fine = check_sip_user("caller number", dial.from_number); !fine) return fine;
  }
  if (!dial.request_uri.empty()) {
    if (auto fine = check_uri("request URI", dial.request_uri); !fine) return fine;
  }
  if (dial.display_name && !dial.display_name->empty()) {
    if (auto fine = check_name("display name", *dial.display_name); !fine) return fine;
    if (dial.display_name->size() > kMaxDisplayName || dial.display_name->find_first_of("\"\\") != std::string::npos) {
      return fail(Errc::kInvalidArgument, "display name must be at most 128 bytes, without quotes and backslashes");
    }
  }
  if (dial.dtmf.find_first_not_of("0123456789*#ABCDabcdwW") != std::string::npos) {
    return fail(Errc::kInvalidArgument, "DTMF digits are 0-9 * # A-D, and w for a pause");
  }
  if (dial.max_call_duration < milliseconds{0} || dial.max_call_duration > kLongestCall) {
    return fail(Errc::kInvalidArgument, "longest duration of a call must be at most 24 h");
  }
  return {};
}

Json trunk_message(const OutboundTrunk& trunk) {
  Json message{{"address", trunk.address}, {"numbers", trunk.numbers}};
  set_field(message, "name", trunk.name);
  set_field(message, "metadata", trunk.metadata);
  set_field(message, "destination_country", trunk.destination_country);
  set_field(message, "auth_username", trunk.auth_username);
  set_field(message, "auth_password", trunk.auth_password);
  set_field(message, "headers", trunk.headers);
  set_field(message, "headers_to_attributes", trunk.headers_to_attributes);
  set_field(message, "attributes_to_headers", trunk.attributes_to_headers);
  set_field(message, "from_host", trunk.from_host);
  message["transport"] = name_of(trunk.transport, kTransports);
  message["include_headers"] = name_of(trunk.include_headers, kHeaderOptions);
  return message;
}

Result<void> check(const OutboundTrunk& trunk) {
  if (auto fine = check_name("trunk address", trunk.address); !fine) return fine;
  if (trunk.address.starts_with("sip:") || trunk.address.contains('@') || trunk.address.contains(' ')) {
    return fail(Errc::kInvalidArgument, "trunk address must be host or host:port, not a URI");
  }
  if (trunk.numbers.empty()) return fail(Errc::kInvalidArgument, "trunk has no number to call from");
  for (const auto& number : trunk.numbers) {
    if (auto fine = check_sip_user("trunk number", number); !fine) return fine;
  }
  return check_sip_headers("trunk headers", trunk.headers);
}

}  // namespace

OutboundTrunk parse_outbound_trunk(const Json& message) {
  return {
      .id = text(message, "sip_trunk_id"),
      .name = text(message, "name"),
      .metadata = text(message, "metadata"),
      .address = text(message, "address"),
      .destination_country = text(message, "destination_country"),
      .transport = enumerated<SipTransport>(message, "transport", kTransports),
      .numbers = texts(message, "numbers"),
      .auth_username = text(message, "auth_username"),
      .auth_password = text(message, "auth_password"),
      .headers = text_map(message, "headers"),
      .headers_to_attributes = text_map(message, "headers_to_attributes"),
      .attributes_to_headers = text_map(message, "attributes_to_headers"),
      .include_headers = enumerated<SipHeaders>(message, "include_headers", kHeaderOptions),
      .from_host = text(message, "from_host"),
  };
}

Result<Json> dial_request(const SipDial& dial) {
  if (auto fine = check(dial); !fine) return pass(fine);
  Json body{
      {"sip_trunk_id", dial.trunk_id},
      {"sip_call_to", dial.call_to},
      {"room_name", dial.room},
      {"participant_identity", dial.participant_identity},
      {"ringing_timeout", duration_text(dial.ringing_timeout)},
  };
  set_field(body, "participant_name", dial.participant_name);
  set_field(body, "participant_metadata", dial.participant_metadata);
  set_field(body, "participant_attributes", dial.participant_attributes);
  set_field(body, "sip_number", dial.from_number);
  set_field(body, "dtmf", dial.dtmf);
  set_field(body, "play_dialtone", dial.play_dialtone);
  set_field(body, "hide_phone_number", dial.hide_phone_number);
  set_field(body, "krisp_enabled", dial.krisp_enabled);
  set_field(body, "wait_until_answered", dial.wait_until_answered);
  set_field(body, "headers", dial.headers);
  if (dial.display_name) body["display_name"] = *dial.display_name;
  if (dial.max_call_duration > milliseconds{0}) body["max_call_duration"] = duration_text(dial.max_call_duration);
  if (dial.include_headers != SipHeaders::kNone) {
    body["include_headers"] = name_of(dial.include_headers, kHeaderOptions);
  }
  if (dial.encryption) body["media"] = {{"encryption", name_of(*dial.encryption, kEncryptions)}};
  if (!dial.destination_country.empty()) body["destination"] = {{"country", dial.destination_country}};
  if (!dial.request_uri.empty()) body["sip_request_uri"] = {{"raw", dial.request_uri}};
  return body;
}

milliseconds dial_limit(const SipDial& dial) {
  return dial.wait_until_answered ? dial.ringing_timeout + kBesidesRinging : kWithoutWaiting;
}

awaitable<TwirpResult<SipParticipant>> SipService::dial(SipDial dial) {
  auto body = dial_request(dial);
  if (!body) co_return refuse(body.error());
  TwirpClient::Call call{kSipService, "CreateSIPParticipant", std::move(*body), {.sip_call = true}};
  const auto answer = co_await twirp_.call(std::move(call), Deadline::after(dial_limit(dial)));
  if (!answer) co_return std::unexpected(answer.error());
  co_return SipParticipant{
      .participant_id = text(*answer, "participant_id"),
      .identity = text(*answer, "participant_identity"),
      .room = text(*answer, "room_name"),
      .sip_call_id = text(*answer, "sip_call_id"),
  };
}

awaitable<TwirpResult<void>> SipService::transfer(SipTransfer transfer, Deadline deadline) {
  if (auto fine = check_name("room", transfer.room); !fine) co_return refuse(fine.error());
  if (auto fine = check_name("identity", transfer.participant_identity); !fine) co_return refuse(fine.error());
  if (auto fine = check_uri("transfer target", transfer.transfer_to); !fine) co_return refuse(fine.error());
  if (auto fine = check_sip_headers("headers", transfer.headers); !fine) co_return refuse(fine.error());
  if (auto fine = check_ringing(transfer.ringing_timeout); !fine) co_return refuse(fine.error());
  if (!transfer.transfer_to.starts_with("tel:") && !transfer.transfer_to.starts_with("sip:") &&
      !transfer.transfer_to.starts_with("sips:")) {
    co_return refuse({Errc::kInvalidArgument, "transfer target must be a tel: or sip: URI"});
  }
  Json body{
      {"room_name", transfer.room},
      {"participant_identity", transfer.participant_identity},
      {"transfer_to", transfer.transfer_to},
      {"ringing_timeout", duration_text(transfer.ringing_timeout)},
  };
  set_field(body, "play_dialtone", transfer.play_dialtone);
  set_field(body, "headers", transfer.headers);
  TwirpClient::Call call{kSipService,
                         "TransferSIPParticipant",
                         std::move(body),
                         {.room_admin = true, .sip_call = true, .room = transfer.room}};
  const auto answer = co_await twirp_.call(std::move(call), deadline);
  if (!answer) co_return std::unexpected(answer.error());
  co_return TwirpResult<void>{};
}

awaitable<TwirpResult<OutboundTrunk>> SipService::create_trunk(OutboundTrunk trunk, Deadline deadline) {
  if (auto fine = check(trunk); !fine) co_return refuse(fine.error());
  Json body{{"trunk", trunk_message(trunk)}};
  TwirpClient::Call call{kSipService, "CreateSIPOutboundTrunk", std::move(body), {.sip_admin = true}};
  const auto answer = co_await twirp_.call(std::move(call), deadline);
  if (!answer) co_return std::unexpected(answer.error());
  co_return parse_outbound_trunk(*answer);
}

awaitable<TwirpResult<std::vector<OutboundTrunk>>> SipService::list_trunks(Deadline deadline) {
  TwirpClient::Call call{
      kSipService, "ListSIPOutboundTrunk", Json::object(), {.sip_admin = true}, TwirpClient::Repeat::kIfUnavailable};
  const auto answer = co_await twirp_.call(std::move(call), deadline);
  if (!answer) co_return std::unexpected(answer.error());
  std::vector<OutboundTrunk> out;
  for (const Json& item : list(*answer, "items")) {
    if (item.is_object()) out.push_back(parse_outbound_trunk(item));
  }
  co_return out;
}

awaitable<TwirpResult<void>> SipService::delete_trunk(std::string id, Deadline deadline) {
  if (auto fine = check_name("trunk id", id); !fine) co_return refuse(fine.error());
  TwirpClient::Call call{
      kSipService, "DeleteSIPTrunk", {{"sip_trunk_id", id}}, {.sip_admin = true}, TwirpClient::Repeat::kIfUnavailable};
  const auto answer = co_await twirp_.call(std::move(call), deadline);
  if (!answer) co_return std::unexpected(answer.error());
  co_return TwirpResult<void>{};
}

}  // namespace call_agent::livekit::api
