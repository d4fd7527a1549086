#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "livekit/rtc/audio_reader.h"
#include "livekit/rtc/audio_writer.h"
#include "livekit/rtc/events.h"
#include "livekit/rtc/ffi_client.h"
#include "livekit/rtc/handle.h"
#include "livekit/rtc/media_session.h"

namespace call_agent::livekit::rtc {

/// A MediaSession over the library. What it owns in there, it gives back in close(); destroyed without close() it
/// leaves the room in the background.
class RoomSession final : public MediaSession {
 public:
  /// As join(), in media_session.h.
  static awaitable<Result<std::unique_ptr<MediaSession>>> join(JoinOptions options, OnEvent on_event);

  RoomSession(FfiClient& client, const asio::any_io_executor& executor, JoinOptions options, OnEvent on_event);
  ~RoomSession() override;
  RoomSession(const RoomSession&) = delete;
  RoomSession& operator=(const RoomSession&) = delete;

  awaitable<std::optional<std::vector<std::int16_t>>> read() override { return reader_->read(); }
  awaitable<Result<void>> write(std::span<const std::int16_t> audio) override { return writer_->write(audio); }
  milliseconds flush() override { return writer_->flush(); }
  awaitable<void> drained() override { return writer_->drained(); }
  awaitable<Result<void>> send_dtmf(std::string_view digits) override;
  awaitable<Result<void>> set_attributes(std::map<std::string, std::string> attributes) override;
  awaitable<Result<void>> send_data(std::string_view payload, std::string_view topic) override;
  Stats stats() const override;
  awaitable<void> close() override;

 private:
  awaitable<Result<void>> connect();
  awaitable<Result<void>> publish_microphone();
  void listen();
  /// Hands out what happened while join() was under way, once its caller has the session.
  void start_events();

  void on_update(RoomUpdate update);
  void on_room_event(RoomEvent event);
  void on_publication(const RemotePublication& publication);
  void on_track(RemoteTrack track);
  void stop_hearing(std::string_view track_sid);
  void emit(RoomEvent event);
  bool is_callee(const std::string& identity) const;

  awaitable<void> leave();
  void end(bool emit_disconnected);

  FfiClient& client_;
  asio::any_io_executor executor_;
  const JoinOptions options_;
  OnEvent on_event_;
  /// Whoever posts to the session holds this weakly: it ends with the session.
  std::shared_ptr<RoomSession*> self_;

  Handle room_;
  Handle local_participant_;
  Handle source_;
  Handle track_;
  Handle publication_;

  Handle callee_track_;
  Handle callee_stream_;
  std::string callee_track_sid_;
  std::shared_ptr<std::atomic<bool>> stream_ended_;  ///< Set on a thread of the library.

  FfiClient::Subscription room_events_;
  FfiClient::Subscription stream_events_;
  std::shared_ptr<AudioReader> reader_;
  std::shared_ptr<AudioWriter> writer_;

  std::map<std::string, bool> is_sip_;  ///< By identity, of everybody else in the room.
  std::vector<RoomEvent> backlog_;
  bool events_started_ = false;
  Notifier changed_;
  bool ended_ = false;  ///< The room has been left, by us or not.
  bool end_of_events_ = false;
  bool closing_ = false;
  bool closed_ = false;
};

}  // namespace call_agent::livekit::rtc
