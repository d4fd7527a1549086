#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/asio.h"
#include "core/clock.h"
#include "core/result.h"
#include "ffi.pb.h"
#include "livekit/rtc/ffi_library.h"
#include "livekit/rtc/handle.h"

namespace call_agent::livekit::rtc {

/// The library's requests, replies and events, on the executors of those who wait for them.
///
/// Thread-safe. One per process and never destroyed: the library's threads call it until the process ends.
/// Everything registered here is called on a thread of the library: it must not block, throw or stop listening.
class FfiClient {
 public:
  using OnReply = std::move_only_function<void(proto::FfiEvent&& reply)>;
  using OnRoomEvent = std::function<void(const proto::RoomEvent& event)>;
  using OnStreamEvent = std::function<void(const proto::AudioStreamEvent& event)>;

  /// Loads the library at the first call. Errors: as FfiLibrary::load.
  static Result<FfiClient*> get();

  /// Errors: kInternal (refused).
  Result<proto::FfiResponse> request(const proto::FfiRequest& request) const { return library_->request(request); }

  /// Sends a request that is answered later and waits for the answer. `keep_alive` owns memory the request points
  /// to, until the library has answered, even if the caller has gone by then.
  /// Errors: kInternal (refused), kDeadline.
  awaitable<Result<proto::FfiEvent>> call(proto::FfiRequest request, Deadline deadline,
                                          std::shared_ptr<const void> keep_alive = {});

  /// The same with a callback. Returns the id for forget().
  Result<std::uint64_t> send(proto::FfiRequest request, OnReply on_reply, std::shared_ptr<const void> keep_alive = {});
  /// The callback of `id` is destroyed, not running and never called once this returns; a late reply is discarded.
  void forget(std::uint64_t id);

  /// Listens until destroyed; once destroyed, no callback is running or will be called.
  class Subscription {
   public:
    Subscription() = default;
    Subscription(Subscription&& other) noexcept : client_(std::exchange(other.client_, nullptr)), id_(other.id_) {}
    Subscription& operator=(Subscription&& other) noexcept {
      reset();
      client_ = std::exchange(other.client_, nullptr);
      id_ = other.id_;
      return *this;
    }
    ~Subscription() { reset(); }
    void reset();

   private:
    friend class FfiClient;
    Subscription(FfiClient* client, std::uint64_t id) : client_(client), id_(id) {}
    FfiClient* client_ = nullptr;
    std::uint64_t id_ = 0;
  };
  /// Events of a room are held back by the library until ReadyForRoomEvent.
  Subscription listen_room(std::uint64_t room, OnRoomEvent on_event);
  Subscription listen_stream(std::uint64_t stream, OnStreamEvent on_event);

  /// Leaves the room, if any, and then gives everything in `owned` back. Returns at once; for rooms nobody waits for.
  void disconnect_in_background(std::uint64_t room, std::vector<Handle> owned);

  /// Frees what a reply nobody waits for owns.
  void discard(const proto::FfiEvent& reply);

 private:
  /// What one callback needs. The mutex is held while it runs, which is what makes removal quiescent.
  struct Slot {
    std::mutex running;
    OnReply on_reply;
    OnRoomEvent on_room;
    OnStreamEvent on_stream;
    std::shared_ptr<const void> keep_alive;
    bool dead = false;
  };

  FfiClient() = default;
  static FfiClient& instance();
  static void on_event(const std::uint8_t* data, std::size_t size);
  void dispatch(proto::FfiEvent&& event);
  void add(std::uint64_t id, std::shared_ptr<Slot> slot);
  std::shared_ptr<Slot> find(std::uint64_t id);
  /// Null if it has gone.
  std::shared_ptr<Slot> take(std::uint64_t id);
  static void silence(Slot& slot);
  void reply(std::uint64_t id, proto::FfiEvent&& event);

  const FfiLibrary* library_ = nullptr;
  std::mutex mutex_;
  /// By our own async ids and by the library's handles of rooms and streams: the ranges do not meet.
  std::unordered_map<std::uint64_t, std::shared_ptr<Slot>> slots_;
  std::atomic<std::uint64_t> next_id_{std::uint64_t{1} << 48};
};

}  // namespace call_agent::livekit::rtc
