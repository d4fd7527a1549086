// The API against a real livekit-server and livekit-sip, named by LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET.
#include <gmock/gmock.h>

#include "livekit/api/dispatch.h"
#include "livekit/api/imposter_sip_phone.h"
#include "livekit/api/rooms.h"
#include "livekit/api/sip.h"
#include "livekit/stack_fixture.h"
#include "net/imposter_server.h"
#include "net/websocket.h"

namespace call_agent::livekit::api {
namespace {

using net::run_test;
using test::Stack;

Deadline in_time() {
  return Deadline::after(milliseconds(15'000));
}

struct Api {
  explicit Api(const asio::any_io_executor& executor) : stack(Stack::from_environment()), twirp(connect(executor)) {}

  std::unique_ptr<TwirpClient> connect(const asio::any_io_executor& executor) const {
    auto client = TwirpClient::create(executor, {.url = stack.url, .key = {.key = stack.key, .secret = stack.secret}});
    if (!client) throw std::runtime_error(client.error().what);
    return std::move(*client);
  }

  Stack stack;
  std::unique_ptr<TwirpClient> twirp;
  RoomService rooms{*twirp};
  DispatchService dispatches{*twirp};
  SipService sip{*twirp};
};

template <class T>
T value_of(TwirpResult<T> result) {
  if (!result) throw std::runtime_error(result.error().error.what);
  return std::move(*result);
}

TEST(Rooms, AreCreatedOnceSeenAndDeleted) {
  run_test([]() -> awaitable<void> {
    Api api(co_await asio::this_coro::executor);
    const std::string name = test::new_room();
    const RoomService::Create request{.name = name,
                                      .metadata = "about \"it\"",
                                      .empty_timeout = std::chrono::seconds(61),
                                      .departure_timeout = std::chrono::seconds(6),
                                      .max_participants = 5};
    const Room created = value_of(co_await api.rooms.create(request, in_time()));
    EXPECT_EQ(created.name, name);
    EXPECT_TRUE(created.sid.starts_with("RM_"));
    EXPECT_EQ(created.metadata, "about \"it\"");
    EXPECT_EQ(created.empty_timeout, std::chrono::seconds(61));
    EXPECT_EQ(created.departure_timeout, std::chrono::seconds(6));
    EXPECT_EQ(created.max_participants, 5);
    EXPECT_NEAR(static_cast<double>(created.created_ms), static_cast<double>(unix_ms()), 60'000);

    const Room again = value_of(co_await api.rooms.create({.name = name}, in_time()));
    EXPECT_EQ(again.sid, created.sid);
    EXPECT_EQ(value_of(co_await api.rooms.get(name, in_time())).sid, created.sid);
    EXPECT_TRUE(value_of(co_await api.rooms.participants(name, in_time())).empty());
    const auto nobody = co_await api.rooms.remove_participant(name, "nobody", in_time());
    EXPECT_EQ(nobody.error().error.code, Errc::kNotFound);

    EXPECT_TRUE(co_await api.rooms.remove(name, in_time()));
    EXPECT_EQ((co_await api.rooms.remove(name, in_time())).error().code, "not_found");
    EXPECT_EQ((co_await api.rooms.get(name, in_time())).error().error.code, Errc::kNotFound);
    EXPECT_TRUE(value_of(co_await api.rooms.participants(name, in_time())).empty());
  });
}

TEST(Rooms, ShowWhoIsInThem) {
  run_test([]() -> awaitable<void> {
    Api api(co_await asio::this_coro::executor);
    const std::string name = test::new_room();
    value_of(co_await api.rooms.create({.name = name}, in_time()));
    const ApiKey key{.key = api.stack.key, .secret = api.stack.secret};
    const TokenRequest request{.grants = {.room_join = true, .room = name},
                               .identity = "visitor",
                               .name = "A Visitor",
                               .metadata = "m",
                               .attributes = {{"mood", "good"}}};
    const std::string url =
        api.stack.url + "/rtc?protocol=9&access_token=" + sign_token(request, key, unix_ms() / 1000);
    const auto socket = co_await net::WebSocket::connect(url, {}, in_time());
    if (!socket) throw std::runtime_error(socket.error().what);
    EXPECT_TRUE(co_await (*socket)->read());  // The join response: the visitor is in.

    const auto present = value_of(co_await api.rooms.participants(name, in_time()));
    EXPECT_EQ(present.size(), 1U);
    const Participant visitor = present.empty() ? Participant{} : present.front();
    EXPECT_EQ(visitor.identity, "visitor");
    EXPECT_EQ(visitor.name, "A Visitor");
    EXPECT_EQ(visitor.metadata, "m");
    EXPECT_EQ(visitor.kind, Participant::Kind::kStandard);
    EXPECT_EQ(visitor.attributes, (std::map<std::string, std::string>{{"mood", "good"}}));
    EXPECT_GT(visitor.joined_at, 1'700'000'000);

    EXPECT_TRUE(co_await api.rooms.remove_participant(name, "visitor", in_time()));
    EXPECT_TRUE(value_of(co_await api.rooms.participants(name, in_time())).empty());
    EXPECT_TRUE(co_await api.rooms.remove(name, in_time()));
  });
}

TEST(Credentials, ThatAreWrongAreNamed) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    const Stack stack = Stack::from_environment();
    for (const auto& key : {ApiKey{.key = stack.key, .secret = "wrong"}, ApiKey{.key = "wrong", .secret = "wrong"}}) {
      auto client = TwirpClient::create(executor, {.url = stack.url, .key = key});
      RoomService rooms(**client);
      const auto result = co_await rooms.create({.name = test::new_room()}, in_time());
      EXPECT_EQ(result.error().error.code, Errc::kPermission);
      EXPECT_EQ(result.error().http_status, 401);
    }
  });
}

/// Those of one agent: livekit-server adds one of its own to every room, for agents without a name.
awaitable<std::vector<Dispatch>> dispatches_of(Api& api, std::string room, std::string agent_name) {
  auto all = value_of(co_await api.dispatches.list(std::move(room), in_time()));
  std::erase_if(all, [&](const Dispatch& dispatch) { return dispatch.agent_name != agent_name; });
  co_return all;
}

TEST(Dispatches, WithoutAWorkerHaveNoJob) {
  run_test([]() -> awaitable<void> {
    Api api(co_await asio::this_coro::executor);
    const std::string room = test::new_room();
    const std::string agent = "nobody_has_this_name";
    value_of(co_await api.rooms.create({.name = room}, in_time()));
    const auto made = value_of(
        co_await api.dispatches.create({.room = room, .agent_name = agent, .metadata = "for the agent"}, in_time()));
    EXPECT_TRUE(made.id.starts_with("AD_"));
    EXPECT_EQ(made.room, room);

    const auto listed = co_await dispatches_of(api, room, agent);
    EXPECT_EQ(listed.size(), 1U);
    if (!listed.empty()) {
      EXPECT_EQ(listed[0].id, made.id);
      EXPECT_EQ(listed[0].metadata, "for the agent");
      EXPECT_TRUE(listed[0].jobs.empty());
    }
    EXPECT_TRUE(co_await api.dispatches.remove(room, made.id, in_time()));
    EXPECT_TRUE((co_await dispatches_of(api, room, agent)).empty());
    EXPECT_TRUE(co_await api.rooms.remove(room, in_time()));
  });
}

TEST(Trunks, AreCreatedListedAndDeleted) {
  run_test([]() -> awaitable<void> {
    Api api(co_await asio::this_coro::executor);
    const OutboundTrunk wanted{.name = test::new_room(),
                               .metadata = "test",
                               .address = "127.0.0.1:9",
                               .transport = SipTransport::kTcp,
                               .numbers = {"+15550001"},
                               .auth_username = "user",
                               .auth_password = "pass"};
    const OutboundTrunk made = value_of(co_await api.sip.create_trunk(wanted, in_time()));
    EXPECT_TRUE(made.id.starts_with("ST_"));
    const auto trunks = value_of(co_await api.sip.list_trunks(in_time()));
    const auto found = std::ranges::find(trunks, made.id, &OutboundTrunk::id);
    EXPECT_NE(found, trunks.end());
    if (found != trunks.end()) {
      EXPECT_EQ(found->name, wanted.name);
      EXPECT_EQ(found->address, "127.0.0.1:9");
      EXPECT_EQ(found->transport, SipTransport::kTcp);
      EXPECT_EQ(found->numbers, std::vector<std::string>{"+15550001"});
      EXPECT_EQ(found->auth_username, "user");
    }
    EXPECT_TRUE(co_await api.sip.delete_trunk(made.id, in_time()));
    EXPECT_TRUE(co_await api.sip.delete_trunk(made.id, in_time())) << "gone already";
  });
}

/// Dials over a trunk of its own to `address`, and leaves nothing behind.
awaitable<TwirpResult<SipParticipant>> dial(Api& api, std::string address, SipTransport transport) {
  OutboundTrunk wanted{
      .name = test::new_room(), .address = std::move(address), .transport = transport, .numbers = {"+15550001"}};
  const auto trunk = value_of(co_await api.sip.create_trunk(std::move(wanted), in_time()));
  const std::string room = test::new_room();
  value_of(co_await api.rooms.create({.name = room}, in_time()));
  SipDial request{.trunk_id = trunk.id,
                  .call_to = "+442079460101",
                  .room = room,
                  .participant_identity = "callee",
                  .wait_until_answered = true,
                  .ringing_timeout = std::chrono::seconds(2)};
  auto result = co_await api.sip.dial(std::move(request));
  EXPECT_TRUE(co_await api.rooms.remove(room, in_time()));
  EXPECT_TRUE(co_await api.sip.delete_trunk(trunk.id, in_time()));
  co_return result;
}

TEST(Dial, TellsWhatThePhoneSaid) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    Api api(executor);
    for (const int status : {486, 603, 404, 480, 503}) {
      ImposterSipPhone phone(executor, status);
      const auto result = co_await dial(api, phone.address(), SipTransport::kUdp);
      EXPECT_EQ(result.error().sip_status_code, status) << result.error().error.what;
      EXPECT_EQ(std::ranges::count(phone.heard(), "INVITE"), 1);
      co_await phone.stop();
    }
  });
}

TEST(Dial, ReturnsOnTheAnswerAndDeletingTheRoomHangsUp) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    Api api(executor);
    ImposterSipPhone phone(executor, 200);
    const auto participant = value_of(co_await dial(api, phone.address(), SipTransport::kUdp));
    EXPECT_EQ(participant.identity, "callee");
    EXPECT_TRUE(participant.sip_call_id.starts_with("SCL_"));
    co_await phone.until_heard("BYE", in_time());
    EXPECT_THAT(phone.heard(), testing::IsSupersetOf({"INVITE", "ACK", "BYE"}));
    co_await phone.stop();
  });
}

TEST(Dial, WithoutAnAnswerIsCanceled) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    Api api(executor);
    ImposterSipPhone silent(executor, 0);
    const auto result = co_await dial(api, silent.address(), SipTransport::kUdp);
    EXPECT_EQ(result.error().code, "canceled");
    EXPECT_EQ(result.error().sip_status_code, std::nullopt);
    co_await silent.stop();
  });
}

TEST(Dial, ThatCannotReachTheTrunkHasNoSipStatus) {
  run_test([]() -> awaitable<void> {
    const auto executor = co_await asio::this_coro::executor;
    Api api(executor);
    // Bound and not listening: connections are refused.
    asio::ip::tcp::acceptor bound(executor);
    bound.open(asio::ip::tcp::v4());
    bound.bind({asio::ip::make_address("127.0.0.1"), 0});
    const std::string address = "127.0.0.1:" + std::to_string(bound.local_endpoint().port());
    const auto refused = co_await dial(api, address, SipTransport::kTcp);
    EXPECT_EQ(refused.error().code, "failed_precondition");
    EXPECT_EQ(refused.error().sip_status_code, std::nullopt);

    const SipDial unknown{.trunk_id = "ST_unknown",
                          .call_to = "+442079460101",
                          .room = test::new_room(),
                          .participant_identity = "callee",
                          .wait_until_answered = true};
    const auto result = co_await api.sip.dial(unknown);
    EXPECT_EQ(result.error().code, "not_found");
    EXPECT_EQ(result.error().sip_status_code, std::nullopt);
  });
}

TEST(Transfer, OfNobodyIsRefused) {
  run_test([]() -> awaitable<void> {
    Api api(co_await asio::this_coro::executor);
    const SipTransfer transfer{
        .room = test::new_room(), .participant_identity = "callee", .transfer_to = "tel:+15550002"};
    const auto result = co_await api.sip.transfer(transfer, in_time());
    EXPECT_EQ(result.error().error.code, Errc::kNotFound) << result.error().error.what;
  });
}

}  // namespace
}  // namespace call_agent::livekit::api
