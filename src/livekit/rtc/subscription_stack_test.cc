// Whom the agent subscribes to, as a real livekit-server sees it: needs what livekit_rtc_stack_test.cc needs.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/test_run.h"
#include "livekit/rtc/events.h"
#include "livekit/rtc/ffi_client.h"
#include "livekit/rtc/test_session.h"

namespace call_agent::livekit::rtc {
namespace {

using Kind = RoomEvent::Kind;

/// Publishes silence by the library alone: the server tells a publisher whether anybody subscribes, and a session keeps
/// that to itself.
class Publisher {
 public:
  explicit Publisher(const asio::any_io_executor& executor)
      : executor_(executor), subscriber_(std::make_shared<Subscriber>(executor)) {}
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;
  ~Publisher() {
    events_.reset();
    if (!owned_.empty()) client_.disconnect_in_background(owned_.front().id(), std::move(owned_));
  }

  awaitable<void> join(std::string url, std::string token) {
    proto::FfiRequest connect;
    connect.mutable_connect()->set_url(url);
    connect.mutable_connect()->set_token(token);
    connect.mutable_connect()->mutable_options()->set_auto_subscribe(false);
    const auto joined = value_of(co_await client_.call(std::move(connect), Deadline::after(kPatience)));
    const std::uint64_t room = own(joined.connect().result().room());
    const std::uint64_t me = own(joined.connect().result().local_participant());
    events_ =
        client_.listen_room(room, [executor = executor_, subscriber = subscriber_](const proto::RoomEvent& event) {
          translate(event);  // gives back what the event owns
          if (event.has_local_track_subscribed()) asio::post(executor, [subscriber] { subscriber->came(); });
        });
    proto::FfiRequest ready;
    ready.mutable_ready_for_room_event()->set_room_handle(room);
    value_of(client_.request(ready));

    proto::FfiRequest source;
    source.mutable_new_audio_source()->set_type(proto::AUDIO_SOURCE_NATIVE);
    source.mutable_new_audio_source()->set_sample_rate(kRate);
    source.mutable_new_audio_source()->set_num_channels(1);
    source.mutable_new_audio_source()->set_queue_size_ms(100);
    proto::FfiRequest track;
    track.mutable_create_audio_track()->set_name("voice");
    track.mutable_create_audio_track()->set_source_handle(
        own(value_of(client_.request(source)).new_audio_source().source()));
    proto::FfiRequest publish;
    publish.mutable_publish_track()->set_local_participant_handle(me);
    publish.mutable_publish_track()->set_track_handle(
        own(value_of(client_.request(track)).create_audio_track().track()));
    publish.mutable_publish_track()->mutable_options()->set_source(proto::SOURCE_MICROPHONE);
    const auto published = value_of(co_await client_.call(std::move(publish), Deadline::after(kPatience)));
    own(published.publish_track().publication());
  }

  bool has_subscriber() const { return subscriber_->is_there; }
  /// Throws if nobody subscribes.
  awaitable<void> first_subscriber() {
    const auto deadline = Deadline::after(kPatience);
    while (!subscriber_->is_there) {
      if (deadline.passed()) throw std::runtime_error("nobody subscribed");
      co_await subscriber_->changed.wait(deadline);
    }
  }

 private:
  struct Subscriber {
    explicit Subscriber(const asio::any_io_executor& executor) : changed(executor) {}
    void came() {
      is_there = true;
      changed.notify();
    }
    Notifier changed;
    bool is_there = false;
  };

  std::uint64_t own(const auto& owned) { return owned_.emplace_back(owned.handle().id()).id(); }

  FfiClient& client_ = *value_of(FfiClient::get());
  asio::any_io_executor executor_;
  std::shared_ptr<Subscriber> subscriber_;
  std::vector<Handle> owned_;  ///< The room first.
  FfiClient::Subscription events_;
};

/// An agent with the options of a real call, and a publisher whom the server calls `kind`, in one room.
struct CallRoom {
  explicit CallRoom(const asio::any_io_executor& executor)
      : agent_events(executor), http(executor), publisher(executor), room(test::new_room()) {}

  awaitable<void> join_agent() {
    auto options = options_for(stack, room, "agent", "callee");
    options.any_kind = false;
    agent = value_of(co_await join(options, agent_events.sink()));
  }
  /// Returns once the agent has been told of the published track, and has asked the server for what it wants of it.
  awaitable<void> open(std::string identity, std::string kind) {
    co_await join_agent();
    co_await publish(publisher, identity, kind);
    // Both go the way of the track's announcement and of a subscription to it, behind them.
    const Json said = {{"room", room}, {"identity", identity}, {"attributes", {{"track", "published"}}}};
    co_await stack.api(http, "RoomService/UpdateParticipant", said, room);
    co_await agent_events.next(Kind::kAttributesChanged, identity);
    value_of(co_await agent->set_attributes({{"track", "seen"}}));
  }
  /// Returns the id of the track, once the server has it.
  awaitable<Json> publish(Publisher& who, std::string identity, std::string kind) {
    co_await who.join(stack.url, stack.room_token(identity, room, kind));
    const auto deadline = Deadline::after(kPatience);
    const Json::json_pointer sid("/tracks/0/sid");
    while (!deadline.passed()) {
      const Json is = {{"room", room}, {"identity", identity}};
      const Json participant = co_await stack.api(http, "RoomService/GetParticipant", is, room);
      if (participant.contains(sid)) co_return participant.at(sid);
    }
    throw std::runtime_error("the server has no track");
  }
  /// The server subscribes the agent to `track`, whether it wants to or not.
  awaitable<void> subscribe_agent(Json track) {
    const Json body = {{"room", room}, {"identity", "agent"}, {"track_sids", {track}}, {"subscribe", true}};
    co_await stack.api(http, "RoomService/UpdateSubscriptions", body, room);
  }
  awaitable<void> close() {
    co_await agent->close();
    co_await stack.api(http, "RoomService/DeleteRoom", {{"room", room}}, room);
  }

  Stack stack = Stack::from_environment();
  EventLog agent_events;
  net::HttpClient http;
  Publisher publisher;
  std::string room;
  std::unique_ptr<MediaSession> agent;
};

awaitable<void> is_heard(std::string identity, std::string kind) {
  CallRoom call(co_await asio::this_coro::executor);
  co_await call.open(identity, kind);
  EXPECT_TRUE((co_await call.agent_events.next(Kind::kTrackSubscribed, identity)).sip);
  EXPECT_TRUE((co_await call.agent->read()).has_value());
  co_await call.publisher.first_subscriber();
  co_await call.close();
}

awaitable<void> is_not_heard(std::string identity, std::string kind) {
  const auto executor = co_await asio::this_coro::executor;
  CallRoom call(executor);
  co_await call.open(identity, kind);
  // Had the agent asked for the first publisher, that subscription would stand before this later one.
  Publisher later(executor);
  co_await call.subscribe_agent(co_await call.publish(later, "later", "standard"));
  co_await later.first_subscriber();
  EXPECT_FALSE(call.publisher.has_subscriber());
  EXPECT_FALSE(call.agent_events.has(Kind::kTrackSubscribed));
  EXPECT_EQ(call.agent->stats().frames_in, 0U);
  co_await call.close();
}

awaitable<void> forced_upon_the_agent() {
  const auto executor = co_await asio::this_coro::executor;
  CallRoom call(executor);
  co_await call.join_agent();
  Publisher other(executor);
  co_await call.subscribe_agent(co_await call.publish(other, "other", "sip"));
  co_await other.first_subscriber();
  co_await call.publish(call.publisher, "callee", "sip");
  co_await call.agent_events.next(Kind::kTrackSubscribed, "callee");  // Behind the other's track, which came before.
  EXPECT_FALSE(call.agent_events.has(Kind::kTrackSubscribed));
  co_await call.close();
}

TEST(RtcStack, TheTelephoneCalledIsHeard) {
  test::run(is_heard("callee", "sip"));
}
TEST(RtcStack, AStandardParticipantOfTheCalleesNameIsNotHeard) {
  test::run(is_not_heard("callee", "standard"));
}
TEST(RtcStack, AnotherTelephoneIsNotHeard) {
  test::run(is_not_heard("bystander", "sip"));
}
TEST(RtcStack, AnotherWhomTheServerForcesUponTheAgentIsNotHeard) {
  test::run(forced_upon_the_agent());
}

}  // namespace
}  // namespace call_agent::livekit::rtc
