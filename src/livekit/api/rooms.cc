#include "livekit/api/rooms.h"

#include <fmt/format.h>

#include <limits>

#include "livekit/api/arguments.h"
#include "livekit/api/proto_json.h"

namespace call_agent::livekit::api {
namespace {

constexpr std::string_view kRoomService = "RoomService";
constexpr auto kRepeat = TwirpClient::Repeat::kIfUnavailable;

constexpr std::string_view kStates[] = {"JOINING", "JOINED", "ACTIVE", "DISCONNECTED"};
constexpr std::string_view kKinds[] = {"STANDARD", "INGRESS", "EGRESS", "SIP", "AGENT", "", "", "CONNECTOR", "BRIDGE"};

/// 0 for a time no clock shows.
std::int64_t in_ms(std::int64_t seconds) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 1000;
  return seconds > kMost || seconds < -kMost ? 0 : seconds * 1000;
}

}  // namespace

Room parse_room(const Json& message) {
  const auto created_ms = integer(message, "creation_time_ms");
  return {
      .sid = text(message, "sid"),
      .name = text(message, "name"),
      .metadata = text(message, "metadata"),
      .empty_timeout = std::chrono::seconds(integer(message, "empty_timeout")),
      .departure_timeout = std::chrono::seconds(integer(message, "departure_timeout")),
      .max_participants = static_cast<int>(integer(message, "max_participants")),
      .num_participants = static_cast<int>(integer(message, "num_participants")),
      .created_ms = created_ms != 0 ? created_ms : in_ms(integer(message, "creation_time")),
  };
}

Participant parse_participant(const Json& message) {
  std::string reason = text(message, "disconnect_reason");
  return {
      .sid = text(message, "sid"),
      .identity = text(message, "identity"),
      .name = text(message, "name"),
      .metadata = text(message, "metadata"),
      .state = enumerated<Participant::State>(message, "state", kStates),
      .kind = enumerated<Participant::Kind>(message, "kind", kKinds),
      .attributes = text_map(message, "attributes"),
      .joined_at = integer(message, "joined_at"),
      .disconnect_reason = reason == "UNKNOWN_REASON" ? std::string{} : std::move(reason),
  };
}

awaitable<TwirpResult<Room>> RoomService::create(Create request, Deadline deadline) {
  if (auto fine = check_name("room", request.name); !fine) co_return refuse(fine.error());
  if (request.empty_timeout.count() < 0 || request.departure_timeout.count() < 0 || request.max_participants < 0) {
    co_return refuse({Errc::kInvalidArgument, "a room's limits must not be negative"});
  }
  Json body{{"name", request.name}};
  set_field(body, "metadata", request.metadata);
  set_field(body, "empty_timeout", request.empty_timeout.count());
  set_field(body, "departure_timeout", request.departure_timeout.count());
  set_field(body, "max_participants", request.max_participants);
  TwirpClient::Call call{kRoomService, "CreateRoom", std::move(body), {.room_create = true}, kRepeat};
  const auto answer = co_await twirp_.call(std::move(call), deadline);
  if (!answer) co_return std::unexpected(answer.error());
  co_return parse_room(*answer);
}

awaitable<TwirpResult<Room>> RoomService::get(std::string name, Deadline deadline) {
  if (auto fine = check_name("room", name); !fine) co_return refuse(fine.error());
  Json body{{"names", Json::array({name})}};
  TwirpClient::Call call{kRoomService, "ListRooms", std::move(body), {.room_list = true}, kRepeat};
  const auto answer = co_await twirp_.call(std::move(call), deadline);
  if (!answer) co_return std::unexpected(answer.error());
  const Json& rooms = list(*answer, "rooms");
  if (rooms.empty()) co_return refuse({Errc::kNotFound, fmt::format("there is no room {}", name)});
  co_return parse_room(rooms.front());
}

awaitable<TwirpResult<void>> RoomService::remove(std::string name, Deadline deadline) {
  if (auto fine = check_name("room", name); !fine) co_return refuse(fine.error());
  TwirpClient::Call call{kRoomService, "DeleteRoom", {{"room", name}}, {.room_create = true}, kRepeat};
  const auto answer = co_await twirp_.call(std::move(call), deadline);
  if (!answer) co_return std::unexpected(answer.error());
  co_return TwirpResult<void>{};
}

awaitable<TwirpResult<std::vector<Participant>>> RoomService::participants(std::string room, Deadline deadline) {
  if (auto fine = check_name("room", room); !fine) co_return refuse(fine.error());
  TwirpClient::Call call{kRoomService, "ListParticipants", {{"room", room}}, admin_of(room), kRepeat};
  const auto answer = co_await twirp_.call(std::move(call), deadline);
  if (!answer) co_return std::unexpected(answer.error());
  std::vector<Participant> out;
  for (const Json& participant : list(*answer, "participants")) out.push_back(parse_participant(participant));
  co_return out;
}

awaitable<TwirpResult<void>> RoomService::remove_participant(std::string room, std::string identity,
                                                             Deadline deadline) {
  if (auto fine = check_name("room", room); !fine) co_return refuse(fine.error());
  if (auto fine = check_name("identity", identity); !fine) co_return refuse(fine.error());
  Json body{{"room", room}, {"identity", identity}};
  TwirpClient::Call call{kRoomService, "RemoveParticipant", std::move(body), admin_of(room), kRepeat};
  const auto answer = co_await twirp_.call(std::move(call), deadline);
  if (!answer) co_return std::unexpected(answer.error());
  co_return TwirpResult<void>{};
}

}  // namespace call_agent::livekit::api
