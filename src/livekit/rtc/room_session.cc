#include "livekit/rtc/room_session.h"

#include <algorithm>
#include <utility>

#include "core/log.h"
#include "livekit/rtc/join_options.h"
#include "livekit/rtc/redact.h"

namespace call_agent::livekit::rtc {
namespace {

// Beyond connect_timeout, which the library keeps itself: only a library that does not answer at all gets this far.
constexpr milliseconds kAnswerSlack{2000};
constexpr milliseconds kPublishTimeout{10'000};
constexpr milliseconds kLeaveStep{2000};
// Nothing answers there; see resolver_may_be_absent().
constexpr const char* kNumericStun = "stun:127.0.0.1:9";
constexpr const char* kTrackName = "agent";
/// Data packets waiting for a busy executor; more are dropped, so that a room cannot fill our memory.
constexpr int kMaxPendingData = 256;

Error connect_error(const std::string& what) {
  const std::string shown = redact_secrets(what);
  const auto contains = [&](std::string_view part) { return what.find(part) != std::string::npos; };
  if (contains("401") || contains("403") || contains("unauthorized") || contains("invalid token")) {
    return {Errc::kPermission, fmt::format("LiveKit refused the room token: {}", shown)};
  }
  const Errc code = contains("timeout") || contains("timed out") ? Errc::kDeadline : Errc::kUnavailable;
  return {code, fmt::format("cannot join the room: {}", shown)};
}

}  // namespace

awaitable<Result<std::unique_ptr<MediaSession>>> join(JoinOptions options, MediaSession::OnEvent on_event) {
  return RoomSession::join(std::move(options), std::move(on_event));
}

awaitable<Result<std::unique_ptr<MediaSession>>> RoomSession::join(JoinOptions options, OnEvent on_event) {
  if (const auto valid = validate(options); !valid) co_return pass(valid);
  const auto client = FfiClient::get();
  if (!client) co_return pass(client);
  const auto executor = co_await asio::this_coro::executor;
  auto session = std::make_unique<RoomSession>(**client, executor, std::move(options), std::move(on_event));
  if (const auto connected = co_await session->connect(); !connected) co_return pass(connected);
  if (const auto published = co_await session->publish_microphone(); !published) {
    co_await session->close();
    co_return pass(published);
  }
  session->start_events();
  co_return std::unique_ptr<MediaSession>(std::move(session));
}

RoomSession::RoomSession(FfiClient& client, const asio::any_io_executor& executor, JoinOptions options,
                         OnEvent on_event)
    : client_(client),
      executor_(executor),
      options_(std::move(options)),
      on_event_(std::move(on_event)),
      self_(std::make_shared<RoomSession*>(this)),
      reader_(std::make_shared<AudioReader>(executor)),
      changed_(executor) {}

RoomSession::~RoomSession() {
  room_events_.reset();
  stream_events_.reset();
  reader_->close();
  if (writer_) writer_->stop();
  if (!room_) return;
  if (!closed_) log::warn("a room session was dropped without close()");
  const std::uint64_t room = room_.id();
  std::vector<Handle> owned;
  for (Handle* handle :
       {&callee_stream_, &callee_track_, &publication_, &track_, &source_, &local_participant_, &room_}) {
    owned.push_back(std::move(*handle));
  }
  client_.disconnect_in_background(room, std::move(owned));
}

awaitable<Result<void>> RoomSession::connect() {
  proto::FfiRequest request;
  auto& connect = *request.mutable_connect();
  connect.set_url(options_.url);
  connect.set_token(options_.token);
  auto& room = *connect.mutable_options();
  room.set_auto_subscribe(false);
  room.set_adaptive_stream(false);
  room.set_dynacast(false);
  room.set_join_retries(0);
  room.set_connect_timeout_ms(static_cast<std::uint64_t>(options_.connect_timeout.count()));
  if (resolver_may_be_absent(options_.url)) room.mutable_rtc_config()->add_ice_servers()->add_urls(kNumericStun);

  const auto deadline = Deadline::after(options_.connect_timeout + kAnswerSlack);
  const auto reply = co_await client_.call(std::move(request), deadline);
  if (!reply) co_return pass(reply);
  if (!reply->connect().has_result()) {
    const Error error = connect_error(reply->connect().error());
    co_return fail(error.code, error.what);
  }
  const auto& result = reply->connect().result();
  room_ = Handle(result.room().handle().id());
  local_participant_ = Handle(result.local_participant().handle().id());
  listen();
  for (const auto& remote : result.participants()) {
    on_update(joined_event(remote.participant()));
    for (const auto& publication : remote.publications()) {
      on_publication(remote_publication(remote.participant().info().identity(), publication));
    }
  }
  proto::FfiRequest ready;
  ready.mutable_ready_for_room_event()->set_room_handle(room_.id());
  if (const auto sent = client_.request(ready); !sent) co_return pass(sent);
  co_return Result<void>();
}

void RoomSession::listen() {
  auto pending_data = std::make_shared<std::atomic<int>>(0);
  auto on_event = [weak = std::weak_ptr(self_), executor = executor_, pending_data](const proto::RoomEvent& event) {
    auto update = translate(event);
    if (std::holds_alternative<std::monostate>(update)) return;
    const bool is_data = event.has_data_packet_received();
    if (is_data && pending_data->fetch_add(1) >= kMaxPendingData) {
      pending_data->fetch_sub(1);
      return;
    }
    auto deliver = [weak, pending_data, is_data, update = std::move(update)]() mutable {
      if (is_data) pending_data->fetch_sub(1);
      if (const auto self = weak.lock()) (*self)->on_update(std::move(update));
    };
    asio::post(executor, std::move(deliver));
  };
  room_events_ = client_.listen_room(room_.id(), std::move(on_event));
}

awaitable<Result<void>> RoomSession::publish_microphone() {
  const auto rate = static_cast<std::uint32_t>(options_.publish_rate);
  proto::FfiRequest new_source;
  auto& source = *new_source.mutable_new_audio_source();
  source.set_type(proto::AUDIO_SOURCE_NATIVE);
  source.set_sample_rate(rate);
  source.set_num_channels(1);
  source.set_queue_size_ms(static_cast<std::uint32_t>(AudioWriter::kLead.count()));
  auto& processing = *source.mutable_options();
  processing.set_echo_cancellation(false);
  processing.set_noise_suppression(false);
  processing.set_auto_gain_control(false);
  const auto made_source = client_.request(new_source);
  if (!made_source) co_return pass(made_source);
  source_ = Handle(made_source->new_audio_source().source().handle().id());

  proto::FfiRequest new_track;
  new_track.mutable_create_audio_track()->set_name(kTrackName);
  new_track.mutable_create_audio_track()->set_source_handle(source_.id());
  const auto made_track = client_.request(new_track);
  if (!made_track) co_return pass(made_track);
  track_ = Handle(made_track->create_audio_track().track().handle().id());

  proto::FfiRequest request;
  auto& publish = *request.mutable_publish_track();
  publish.set_local_participant_handle(local_participant_.id());
  publish.set_track_handle(track_.id());
  publish.mutable_options()->set_source(proto::SOURCE_MICROPHONE);
  // Both are on by default: redundancy doubles the packets, and discontinuous sending makes gaps.
  publish.mutable_options()->set_dtx(false);
  publish.mutable_options()->set_red(false);
  const auto reply = co_await client_.call(std::move(request), Deadline::after(kPublishTimeout));
  if (!reply) co_return pass(reply);
  if (!reply->publish_track().has_publication()) {
    co_return fail(Errc::kUnavailable,
                   fmt::format("cannot publish audio: {}", redact_secrets(reply->publish_track().error())));
  }
  publication_ = Handle(reply->publish_track().publication().handle().id());

  writer_ = std::make_shared<AudioWriter>(client_, executor_, source_.id(), options_.publish_rate);
  if (ended_) {
    co_return fail(Errc::kUnavailable, "the room was closed while joining it");
  }
  writer_->start();
  co_return Result<void>();
}

void RoomSession::start_events() {
  asio::post(executor_, [weak = std::weak_ptr(self_)] {
    // An event may destroy the session: look it up again for each.
    for (std::size_t next = 0;; ++next) {
      const auto self = weak.lock();
      if (!self) return;
      RoomSession& session = **self;
      if (next == 0) session.events_started_ = true;
      if (next >= session.backlog_.size()) {
        session.backlog_.clear();
        return;
      }
      const RoomEvent event = session.backlog_[next];
      if (session.on_event_) session.on_event_(event);
    }
  });
}

void RoomSession::emit(RoomEvent event) {
  if (closing_) return;
  if (!events_started_) {
    backlog_.push_back(std::move(event));
  } else if (on_event_) {
    on_event_(event);
  }
}

void RoomSession::on_update(RoomUpdate update) {
  if (auto* event = std::get_if<RoomEvent>(&update)) {
    on_room_event(std::move(*event));
  } else if (const auto* publication = std::get_if<RemotePublication>(&update)) {
    on_publication(*publication);
  } else if (auto* track = std::get_if<RemoteTrack>(&update)) {
    on_track(std::move(*track));
  } else if (const auto* gone = std::get_if<RemoteTrackGone>(&update)) {
    stop_hearing(gone->sid);
  } else if (std::holds_alternative<EndOfEvents>(update)) {
    end_of_events_ = true;
    end(/*emit_disconnected=*/true);
  }
}

void RoomSession::on_room_event(RoomEvent event) {
  using Kind = RoomEvent::Kind;
  if (event.kind == Kind::kParticipantJoined) {
    is_sip_[event.identity] = event.sip;
  } else if (const auto known = is_sip_.find(event.identity); known != is_sip_.end()) {
    event.sip = known->second;
    if (event.kind == Kind::kParticipantLeft) is_sip_.erase(known);
  }
  if (event.kind == Kind::kDisconnected) {
    if (ended_) return;
    end(/*emit_disconnected=*/false);
  }
  emit(std::move(event));
}

void RoomSession::end(bool emit_disconnected) {
  changed_.notify();
  if (std::exchange(ended_, true)) return;
  reader_->close();
  if (writer_) writer_->stop();
  if (!emit_disconnected) return;
  RoomEvent event;
  event.kind = RoomEvent::Kind::kDisconnected;
  emit(std::move(event));  // last: the handler may destroy the session
}

bool RoomSession::is_callee(const std::string& identity) const {
  const auto known = is_sip_.find(identity);
  return identity == options_.callee_identity && known != is_sip_.end() && (known->second || options_.any_kind);
}

void RoomSession::on_publication(const RemotePublication& publication) {
  if (!publication.audio || !is_callee(publication.identity)) return;
  proto::FfiRequest request;
  request.mutable_set_subscribed()->set_subscribe(true);
  request.mutable_set_subscribed()->set_publication_handle(publication.publication.id());
  if (const auto sent = client_.request(request); !sent) log::warn("subscribing to audio: {}", sent.error().what);
}

void RoomSession::on_track(RemoteTrack track) {
  if (!track.audio || !is_callee(track.identity) || ended_) return;
  stop_hearing(callee_track_sid_);
  proto::FfiRequest request;
  auto& stream = *request.mutable_new_audio_stream();
  stream.set_track_handle(track.track.id());
  stream.set_type(proto::AUDIO_STREAM_NATIVE);
  stream.set_sample_rate(AudioReader::kRate);
  stream.set_num_channels(1);
  stream.set_frame_size_ms(static_cast<std::uint32_t>(AudioReader::kFrame.count()));
  const auto made = client_.request(request);
  if (!made) {
    log::warn("hearing the callee: {}", made.error().what);
    return;
  }
  callee_stream_ = Handle(made->new_audio_stream().stream().handle().id());
  callee_track_ = std::move(track.track);
  callee_track_sid_ = track.sid;
  auto ended = std::make_shared<std::atomic<bool>>(false);
  stream_ended_ = ended;
  auto on_stream = [reader = reader_, ended](const proto::AudioStreamEvent& event) {
    if (event.has_eos()) ended->store(true);
    if (!event.has_frame_received()) return;
    const auto& frame = event.frame_received().frame().info();
    // NOLINTNEXTLINE(performance-no-int-to-ptr): how the library hands memory over
    reader->push({reinterpret_cast<const std::int16_t*>(frame.data_ptr()), frame.samples_per_channel()});
  };
  stream_events_ = client_.listen_stream(callee_stream_.id(), std::move(on_stream));

  RoomEvent event;
  event.kind = RoomEvent::Kind::kTrackSubscribed;
  event.identity = std::move(track.identity);
  event.sip = is_sip_[event.identity];
  emit(std::move(event));
}

void RoomSession::stop_hearing(std::string_view track_sid) {
  if (!callee_stream_ || track_sid != callee_track_sid_) return;
  stream_events_.reset();
  // A stream that has ended is dropped by the library itself.
  if (stream_ended_->load()) callee_stream_.release();
  callee_stream_.reset();
  callee_track_.reset();
}

MediaSession::Stats RoomSession::stats() const {
  Stats stats;
  stats.frames_in = reader_->frames_in();
  stats.frames_dropped = reader_->dropped();
  if (writer_) {
    stats.frames_out = writer_->frames_out();
    stats.underruns = writer_->underruns();
  }
  return stats;
}

awaitable<void> RoomSession::close() {
  // A caller cancelled half-way must not leave half of the room behind: leave() has a cancellation state of its own.
  co_await asio::co_spawn(executor_, leave(),
                          asio::bind_cancellation_slot(asio::cancellation_slot(), asio::use_awaitable));
}

awaitable<void> RoomSession::leave() {
  if (std::exchange(closing_, true)) {
    while (!closed_) co_await changed_.wait();
    co_return;
  }
  end(/*emit_disconnected=*/false);
  if (writer_) co_await writer_->stopped(Deadline::after(kLeaveStep));
  // The track is not unpublished first: the negotiation that starts meets the disconnect, fails, and on a busy machine
  // leaves some 200 KiB behind. Disconnecting a published track leaves nothing, once the callee has gone.
  if (room_) {
    proto::FfiRequest disconnect;
    disconnect.mutable_disconnect()->set_room_handle(room_.id());
    const auto done = co_await client_.call(std::move(disconnect), Deadline::after(kLeaveStep));
    if (!done) log::warn("leaving a room: {}", done.error().what);
    const auto last_event = Deadline::after(kLeaveStep);
    while (!end_of_events_ && !last_event.passed()) co_await changed_.wait(last_event);
  }
  stop_hearing(callee_track_sid_);
  room_events_.reset();
  for (Handle* handle : {&publication_, &track_, &source_, &local_participant_, &room_}) handle->reset();
  closed_ = true;
  changed_.notify();
}

}  // namespace call_agent::livekit::rtc
