// The webhooks of a real livekit-server. It is the test's own: the one of ./run stack posts none, since it would try
// again and again, and log, as long as nobody takes them.
#include <gtest/gtest.h>

#include <boost/asio/read_until.hpp>

#include "core/channel.h"
#include "core/child_process.h"
#include "core/paths.h"
#include "livekit/api/rooms.h"
#include "livekit/api/test_key.h"
#include "livekit/api/webhook.h"
#include "net/http_server.h"
#include "net/imposter_server.h"
#include "net/websocket.h"

namespace call_agent::livekit::api {
namespace {

std::int64_t now() {
  return unix_ms() / 1000;
}

std::uint16_t free_port(const asio::any_io_executor& executor) {
  const asio::ip::tcp::acceptor bound(executor, {asio::ip::make_address("127.0.0.1"), 0});
  return bound.local_endpoint().port();
}

awaitable<void> take(net::ServerRequest request, net::ServerReply& reply, Channel<net::ServerRequest>& posts) {
  posts.push(std::move(request));
  co_await reply.send({});
}

/// A livekit-server that posts its events here.
class WebhookScene {
 public:
  static awaitable<std::unique_ptr<WebhookScene>> open() {
    std::unique_ptr<WebhookScene> scene(new WebhookScene(co_await asio::this_coro::executor));
    std::string log;
    boost::system::error_code ended;
    co_await asio::async_read_until(scene->livekit_->errors(), asio::dynamic_buffer(log), "starting LiveKit server",
                                    asio::redirect_error(asio::use_awaitable, ended));
    if (ended) throw std::runtime_error("livekit-server ended: " + log);
    co_return scene;
  }
  awaitable<void> close() { co_await receiver_->stop(in_time()); }

  static Deadline in_time() { return Deadline::after(milliseconds(10'000)); }

  RoomService rooms() { return RoomService(*twirp_); }
  /// Comes and is sent away again.
  awaitable<void> visit(std::string room, std::string identity) {
    const TokenRequest visitor{.grants = {.room_join = true, .room = room}, .identity = identity};
    const std::string url = livekit_url_ + "/rtc?protocol=9&access_token=" + sign_token(visitor, kKey, now());
    const auto socket = (co_await net::WebSocket::connect(url, {}, in_time())).value();
    EXPECT_TRUE(co_await socket->read());  // The join response: the visitor is in.
    EXPECT_TRUE(co_await rooms().remove_participant(room, identity, in_time()));
  }

  awaitable<net::ServerRequest> next_post() { co_return (co_await posts_.pop()).value(); }
  /// The next post's, which must be genuine.
  awaitable<WebhookEvent> next_event() {
    const auto post = co_await next_post();
    co_return receive_webhook(post.body, post.header("Authorization"), kKey, now()).value();
  }

 private:
  explicit WebhookScene(const asio::any_io_executor& executor) : posts_(executor, 16, Overflow::kReject) {
    receiver_ = net::HttpServer::create(executor, {}, [this](net::ServerRequest request, net::ServerReply& reply) {
                  return take(std::move(request), reply, posts_);
                }).value();
    const std::string receiver_url = "http://127.0.0.1:" + std::to_string(receiver_->listen("127.0.0.1", 0).value());
    const auto port = free_port(executor);
    const Json config = {{"port", port},
                         {"bind_addresses", {"127.0.0.1"}},
                         {"keys", {{kKey.key, kKey.secret}}},
                         {"rtc", {{"tcp_port", 0}, {"node_ip", "127.0.0.1"}, {"interfaces", {{"includes", {"lo"}}}}}},
                         {"webhook", {{"api_key", kKey.key}, {"urls", {receiver_url}}}}};
    livekit_ = ChildProcess::start(executor, {.arguments = {find_asset("bin/livekit-server").value()},
                                              .environment = {"LIVEKIT_CONFIG=" + dump_json(config)},
                                              .capture_stderr = true})
                   .value();
    livekit_url_ = "ws://127.0.0.1:" + std::to_string(port);
    twirp_ = TwirpClient::create(executor, {.url = livekit_url_, .key = kKey}).value();
  }

  Channel<net::ServerRequest> posts_;
  std::unique_ptr<net::HttpServer> receiver_;
  std::unique_ptr<ChildProcess> livekit_;
  std::string livekit_url_;
  std::unique_ptr<TwirpClient> twirp_;
};

TEST(LiveKitsWebhooks, TellOfARoomFromItsStartToItsEnd) {
  net::run_test([]() -> awaitable<void> {
    const auto scene = co_await WebhookScene::open();
    const Room room = (co_await scene->rooms().create({.name = "call_1", .metadata = "m"}, scene->in_time())).value();
    const auto started = co_await scene->next_event();
    EXPECT_EQ(started.event, "room_started");
    EXPECT_TRUE(started.id.starts_with("EV_")) << started.id;
    EXPECT_NEAR(static_cast<double>(started.created_at), static_cast<double>(now()), 60);
    EXPECT_EQ(started.room->name, "call_1");
    EXPECT_EQ(started.room->sid, room.sid);
    EXPECT_EQ(started.room->metadata, "m");
    EXPECT_EQ(started.room->created_ms, room.created_ms);
    EXPECT_FALSE(started.participant);

    co_await scene->visit("call_1", "visitor");
    const auto left = co_await scene->next_event();
    EXPECT_EQ(left.event, "participant_connection_aborted");
    EXPECT_EQ(left.room->name, "call_1");
    EXPECT_EQ(left.participant->identity, "visitor");
    EXPECT_EQ(left.participant->state, Participant::State::kDisconnected);
    EXPECT_EQ(left.participant->disconnect_reason, "PARTICIPANT_REMOVED");

    EXPECT_TRUE(co_await scene->rooms().remove("call_1", scene->in_time()));
    const auto finished = co_await scene->next_event();
    EXPECT_EQ(finished.event, "room_finished");
    EXPECT_EQ(finished.room->sid, room.sid);
    co_await scene->close();
  });
}

TEST(LiveKitsWebhooks, AreRefusedIfAlteredLateOrOfAnotherHand) {
  net::run_test([]() -> awaitable<void> {
    const auto scene = co_await WebhookScene::open();
    EXPECT_TRUE(co_await scene->rooms().create({.name = "call_1"}, scene->in_time()));
    const auto post = co_await scene->next_post();
    const std::string signature(post.header("Authorization"));
    EXPECT_EQ(post.header("Content-Type"), "application/webhook+json");
    EXPECT_TRUE(receive_webhook(post.body, signature, kKey, now()));

    const auto refusal = [&](const std::string& body, const ApiKey& key, std::int64_t at) {
      const auto event = receive_webhook(body, signature, key, at);
      return event ? "" : std::string(to_string(event.error().code));
    };
    const std::string permission(to_string(Errc::kPermission));
    for (std::size_t i = 0; i < post.body.size(); ++i) {
      std::string altered = post.body;
      altered[i] ^= 1;
      EXPECT_EQ(refusal(altered, kKey, now()), permission) << altered;
    }
    EXPECT_EQ(refusal(post.body + " ", kKey, now()), permission);
    EXPECT_EQ(refusal(post.body, {.key = kKey.key, .secret = "another secret"}, now()), permission);
    EXPECT_EQ(refusal(post.body, {.key = "another", .secret = kKey.secret}, now()), permission);
    EXPECT_EQ(refusal(post.body, kKey, now() + 3600), permission);
    co_await scene->close();
  });
}

}  // namespace
}  // namespace call_agent::livekit::api
