#pragma once

#include <map>
#include <optional>
#include <vector>

#include "agent/ports.h"
#include "app/worker/recording.h"
#include "audio/resampler.h"
#include "livekit/rtc/media_session.h"

namespace call_agent::app {

/// The agent's ear and mouth over a LiveKit room, recorded as the callee hears and says it.
class RoomMedia : public agent::CallMedia {
 public:
  /// `publish_rate`: Hz of the session's source. The session must outlive this.
  RoomMedia(livekit::rtc::MediaSession& session, int publish_rate) : session_(session), publish_rate_(publish_rate) {}

  /// Records from now on, the recording's zero. It must outlive this.
  void record(Recording& recording);

  awaitable<std::optional<std::vector<agent::Sample>>> read() override;
  awaitable<Result<void>> write(std::span<const agent::Sample> audio, int rate) override;
  milliseconds flush() override;
  awaitable<void> drained() override;
  awaitable<Result<void>> send_dtmf(std::string_view digits) override;

 private:
  /// From one rate to the wire's and the recording's; made on the first audio of that rate.
  struct Converters {
    audio::Resampler to_wire;
    audio::Resampler to_recording;
  };
  Result<Converters*> converters(int rate);
  void record_played();

  livekit::rtc::MediaSession& session_;
  int publish_rate_;
  Recording* recording_ = nullptr;
  TimePoint began_{};  // Of the recording.
  std::map<int, Converters> converters_;

  // What was written but, by the clock, not heard yet: recorded as it is played, forgotten if it is flushed.
  std::vector<agent::Sample> ahead_;
  TimePoint ahead_from_{};
};

}  // namespace call_agent::app
