#include "livekit/rtc/ffi_client.h"

#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "core/channel.h"
#include "core/log.h"
#include "livekit/rtc/events.h"
#include "livekit/rtc/ffi_log.h"

namespace call_agent::livekit::rtc {
namespace {

using proto::FfiEvent;
using proto::FfiRequest;

/// The id is ours and registered before the request is sent, so that no reply can come too early.
bool set_async_id(FfiRequest& request, std::uint64_t id) {
  switch (request.message_case()) {
    case FfiRequest::kConnect:
      request.mutable_connect()->set_request_async_id(id);
      return true;
    case FfiRequest::kDisconnect:
      request.mutable_disconnect()->set_request_async_id(id);
      return true;
    case FfiRequest::kPublishTrack:
      request.mutable_publish_track()->set_request_async_id(id);
      return true;
    case FfiRequest::kUnpublishTrack:
      request.mutable_unpublish_track()->set_request_async_id(id);
      return true;
    case FfiRequest::kPublishData:
      request.mutable_publish_data()->set_request_async_id(id);
      return true;
    case FfiRequest::kPublishSipDtmf:
      request.mutable_publish_sip_dtmf()->set_request_async_id(id);
      return true;
    case FfiRequest::kCaptureAudioFrame:
      request.mutable_capture_audio_frame()->set_request_async_id(id);
      return true;
    case FfiRequest::kSetLocalAttributes:
      request.mutable_set_local_attributes()->set_request_async_id(id);
      return true;
    default:
      return false;
  }
}

/// 0 for what is not a reply.
std::uint64_t async_id(const FfiEvent& event) {
  switch (event.message_case()) {
    case FfiEvent::kConnect:
      return event.connect().async_id();
    case FfiEvent::kDisconnect:
      return event.disconnect().async_id();
    case FfiEvent::kPublishTrack:
      return event.publish_track().async_id();
    case FfiEvent::kUnpublishTrack:
      return event.unpublish_track().async_id();
    case FfiEvent::kPublishData:
      return event.publish_data().async_id();
    case FfiEvent::kPublishSipDtmf:
      return event.publish_sip_dtmf().async_id();
    case FfiEvent::kCaptureAudioFrame:
      return event.capture_audio_frame().async_id();
    case FfiEvent::kSetLocalAttributes:
      return event.set_local_attributes().async_id();
    default:
      return 0;
  }
}

struct Reply {
  explicit Reply(const asio::any_io_executor& executor) : ready(executor) {}
  Notifier ready;
  std::optional<FfiEvent> event;
  bool abandoned = false;
};

/// However call() ends, by its answer, its deadline or cancellation, the library stops looking for it.
class Waiting {
 public:
  Waiting(FfiClient& client, std::uint64_t id, std::shared_ptr<Reply> reply)
      : client_(client), id_(id), reply_(std::move(reply)) {}
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() {
    client_.forget(id_);
    reply_->abandoned = true;
    if (reply_->event) client_.discard(*reply_->event);
  }

 private:
  FfiClient& client_;
  std::uint64_t id_;
  std::shared_ptr<Reply> reply_;
};

}  // namespace

FfiClient& FfiClient::instance() {
  static FfiClient* const client = new FfiClient;  // NOLINT: never destroyed, see the class
  return *client;
}

Result<FfiClient*> FfiClient::get() {
  FfiClient& client = instance();
  const auto library = FfiLibrary::load(&FfiClient::on_event);
  if (!library) return pass(library);
  const std::scoped_lock lock(client.mutex_);
  client.library_ = *library;
  return &client;
}

awaitable<Result<FfiEvent>> FfiClient::call(FfiRequest request, Deadline deadline,
                                            std::shared_ptr<const void> keep_alive) {
  const auto executor = co_await asio::this_coro::executor;
  auto reply = std::make_shared<Reply>(executor);
  auto on_reply = [this, executor, reply](FfiEvent&& event) mutable {
    auto resume = [this, reply = std::move(reply), event = std::move(event)]() mutable {
      if (reply->abandoned) {
        discard(event);
        return;
      }
      reply->event = std::move(event);
      reply->ready.notify();
    };
    asio::post(executor, std::move(resume));
  };
  const auto id = send(std::move(request), std::move(on_reply), std::move(keep_alive));
  if (!id) co_return pass(id);
  const Waiting waiting(*this, *id, reply);
  while (!reply->event) {
    if (deadline.passed()) co_return fail(Errc::kDeadline, "the media library did not answer in time");
    co_await reply->ready.wait(deadline);
  }
  FfiEvent event = std::move(*reply->event);
  reply->event.reset();
  co_return event;
}

Result<std::uint64_t> FfiClient::send(FfiRequest request, OnReply on_reply, std::shared_ptr<const void> keep_alive) {
  const std::uint64_t id = next_id_.fetch_add(1, std::memory_order_relaxed);
  if (!set_async_id(request, id)) return fail(Errc::kInternal, "this FFI request has no reply");
  auto slot = std::make_shared<Slot>();
  slot->on_reply = std::move(on_reply);
  slot->keep_alive = std::move(keep_alive);
  add(id, std::move(slot));
  const auto response = this->request(request);
  if (!response) {
    take(id);
    return pass(response);
  }
  return id;
}

void FfiClient::silence(Slot& slot) {
  OnReply on_reply;  // destroyed here, on the caller's thread, and not under the lock
  // Waits for a callback that is running now, holding no lock that it may take.
  const std::scoped_lock lock(slot.running);
  slot.dead = true;
  std::swap(on_reply, slot.on_reply);
}

void FfiClient::forget(std::uint64_t id) {
  // The slot stays until the library has answered: it owns the memory the request points to.
  if (const auto slot = find(id)) silence(*slot);
}

void FfiClient::Subscription::reset() {
  if (client_ == nullptr) return;
  if (const auto slot = std::exchange(client_, nullptr)->take(id_)) silence(*slot);
}

FfiClient::Subscription FfiClient::listen_room(std::uint64_t room, OnRoomEvent on_event) {
  auto slot = std::make_shared<Slot>();
  slot->on_room = std::move(on_event);
  add(room, std::move(slot));
  return {this, room};
}

FfiClient::Subscription FfiClient::listen_stream(std::uint64_t stream, OnStreamEvent on_event) {
  auto slot = std::make_shared<Slot>();
  slot->on_stream = std::move(on_event);
  add(stream, std::move(slot));
  return {this, stream};
}

void FfiClient::disconnect_in_background(std::uint64_t room, std::vector<Handle> owned) {
  FfiRequest request;
  request.mutable_disconnect()->set_room_handle(room);
  const auto sent = send(std::move(request), [owned = std::move(owned)](FfiEvent&&) {});
  if (!sent) log::warn("leaving a room in the background: {}", sent.error().what);
}

void FfiClient::discard(const FfiEvent& reply) {
  if (reply.has_publish_track()) {
    drop_ffi_handle(reply.publish_track().publication().handle().id());
    return;
  }
  if (!reply.has_connect() || !reply.connect().has_result()) return;
  const auto& result = reply.connect().result();
  std::vector<Handle> owned;
  owned.emplace_back(result.room().handle().id());
  owned.emplace_back(result.local_participant().handle().id());
  for (const auto& remote : result.participants()) {
    owned.emplace_back(remote.participant().handle().id());
    for (const auto& publication : remote.publications()) owned.emplace_back(publication.handle().id());
  }
  disconnect_in_background(result.room().handle().id(), std::move(owned));
}

void FfiClient::add(std::uint64_t id, std::shared_ptr<Slot> slot) {
  const std::scoped_lock lock(mutex_);
  slots_.insert_or_assign(id, std::move(slot));
}

std::shared_ptr<FfiClient::Slot> FfiClient::find(std::uint64_t id) {
  const std::scoped_lock lock(mutex_);
  const auto found = slots_.find(id);
  return found == slots_.end() ? nullptr : found->second;
}

std::shared_ptr<FfiClient::Slot> FfiClient::take(std::uint64_t id) {
  const std::scoped_lock lock(mutex_);
  auto node = slots_.extract(id);
  return node.empty() ? nullptr : std::move(node.mapped());
}

void FfiClient::reply(std::uint64_t id, FfiEvent&& event) {
  // Found first, taken last: forget() must meet the slot for as long as its callback may run.
  if (const auto slot = find(id)) {
    const std::scoped_lock lock(slot->running);
    take(id);
    if (!std::exchange(slot->dead, true)) {
      auto on_reply = std::exchange(slot->on_reply, nullptr);
      on_reply(std::move(event));
      return;
    }
  }
  discard(event);
}

void FfiClient::on_event(const std::uint8_t* data, std::size_t size) {
  FfiEvent event;
  if (size > std::numeric_limits<int>::max() || !event.ParseFromArray(data, static_cast<int>(size))) {
    log::error("the media library sent an event that cannot be parsed");
    return;
  }
  instance().dispatch(std::move(event));
}

void FfiClient::dispatch(FfiEvent&& event) {
  switch (event.message_case()) {
    case FfiEvent::kLogs:
      log_records(event.logs());
      return;
    case FfiEvent::kPanic:
      log_panic(event.panic());
      return;
    case FfiEvent::kRoomEvent: {
      const auto slot = find(event.room_event().room_handle());
      const auto lock = slot ? std::unique_lock(slot->running) : std::unique_lock<std::mutex>();
      if (slot && !slot->dead && slot->on_room) {
        slot->on_room(event.room_event());
      } else {
        translate(event.room_event());  // takes over what the event owns, and frees it
      }
      return;
    }
    case FfiEvent::kAudioStreamEvent: {
      // Frames of a stream not listened to yet, or no longer, are ours to free all the same.
      const auto& stream = event.audio_stream_event();
      const Handle frame(stream.has_frame_received() ? stream.frame_received().frame().handle().id() : 0);
      const auto slot = find(stream.stream_handle());
      const auto lock = slot ? std::unique_lock(slot->running) : std::unique_lock<std::mutex>();
      if (slot && !slot->dead && slot->on_stream) slot->on_stream(stream);
      return;
    }
    default:
      if (const std::uint64_t id = async_id(event); id != 0) reply(id, std::move(event));
  }
}

}  // namespace call_agent::livekit::rtc
