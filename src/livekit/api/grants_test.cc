// What each call asks LiveKit to be allowed: what livekit-server demands for it (the Ensure…Permission calls of its
// pkg/service), and nothing else.
#include <gtest/gtest.h>

#include "livekit/api/dispatch.h"
#include "livekit/api/rooms.h"
#include "livekit/api/sip.h"
#include "livekit/api/test_key.h"
#include "net/imposter_server.h"

namespace call_agent::livekit::api {
namespace {

using asio::ip::tcp;

std::string between(std::string_view text, std::string_view before, std::string_view after) {
  const auto begin = text.find(before) + before.size();
  return std::string(text.substr(begin, text.find(after, begin) - begin));
}

awaitable<void> note_claims(tcp::socket socket, Json& claims) {
  while (true) {
    const std::string request = co_await net::read_request(socket);
    if (request.empty()) co_return;
    const std::string token = between(request, "Authorization: Bearer ", "\r\n");
    claims[between(request, "/twirp/livekit.", " ")] = verify_token(token, kKey, unix_ms() / 1000).value();
    co_await net::write_text(socket, net::response(200, "{}"));
  }
}

/// Makes every call there is. The claims of their tokens by "Service/Method".
awaitable<Json> claims_of_every_call() {
  const auto executor = co_await asio::this_coro::executor;
  Json claims = Json::object();
  net::ImposterServer server(executor,
                             {[&claims](tcp::socket socket) { return note_claims(std::move(socket), claims); }});
  const auto twirp = TwirpClient::create(executor, {.url = server.url("ws"), .key = kKey}).value();
  const auto in_time = Deadline::after(milliseconds(10'000));

  RoomService rooms(*twirp);
  co_await rooms.create({.name = "r"}, in_time);
  co_await rooms.get("r", in_time);
  co_await rooms.remove("r", in_time);
  co_await rooms.participants("r", in_time);
  co_await rooms.remove_participant("r", "callee", in_time);

  DispatchService dispatches(*twirp);
  co_await dispatches.create({.room = "r", .agent_name = "a"}, in_time);
  co_await dispatches.list("r", in_time);
  co_await dispatches.remove("r", "AD_1", in_time);

  SipService sip(*twirp);
  const SipDial dial{.trunk_id = "ST_1", .call_to = "+1", .room = "r", .participant_identity = "callee"};
  co_await sip.dial(dial);
  const SipTransfer transfer{.room = "r", .participant_identity = "callee", .transfer_to = "tel:+15550002"};
  co_await sip.transfer(transfer, in_time);
  const OutboundTrunk trunk{.name = "t", .address = "127.0.0.1:9", .numbers = {"+15550001"}};
  co_await sip.create_trunk(trunk, in_time);
  co_await sip.list_trunks(in_time);
  co_await sip.delete_trunk("ST_1", in_time);

  co_await server.stop();
  co_return claims;
}

TEST(Grants, OfEachCallAreWhatItNeedsAndNoMore) {
  net::run_test([]() -> awaitable<void> {
    const Json create = {{"video", {{"roomCreate", true}}}};
    const Json list = {{"video", {{"roomList", true}}}};
    const Json admin = {{"video", {{"roomAdmin", true}, {"room", "r"}}}};
    const Json call = {{"sip", {{"call", true}}}};
    const Json call_from_room = {{"sip", {{"call", true}}}, {"video", {{"roomAdmin", true}, {"room", "r"}}}};
    const Json trunks = {{"sip", {{"admin", true}}}};

    Json grants = co_await claims_of_every_call();
    for (Json& claims : grants) {
      for (const auto* of_any_token : {"iss", "nbf", "exp"}) claims.erase(of_any_token);
    }
    EXPECT_EQ(grants, (Json{{"RoomService/CreateRoom", create},
                            {"RoomService/ListRooms", list},
                            {"RoomService/DeleteRoom", create},
                            {"RoomService/ListParticipants", admin},
                            {"RoomService/RemoveParticipant", admin},
                            {"AgentDispatchService/CreateDispatch", admin},
                            {"AgentDispatchService/ListDispatch", admin},
                            {"AgentDispatchService/DeleteDispatch", admin},
                            {"SIP/CreateSIPParticipant", call},
                            {"SIP/TransferSIPParticipant", call_from_room},
                            {"SIP/CreateSIPOutboundTrunk", trunks},
                            {"SIP/ListSIPOutboundTrunk", trunks},
                            {"SIP/DeleteSIPTrunk", trunks}}));
  });
}

TEST(Grants, AreGoodForTenMinutesAtMost) {
  net::run_test([]() -> awaitable<void> {
    const Json tokens = co_await claims_of_every_call();
    EXPECT_FALSE(tokens.empty());
    for (const auto& [call, claims] : tokens.items()) EXPECT_LE(claims.at("exp"), unix_ms() / 1000 + 600) << call;
  });
}

}  // namespace
}  // namespace call_agent::livekit::api
