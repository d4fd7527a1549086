#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/json.h"
#include "phone/codec.h"
#include "phone/hearing.h"
#include "phone/persona.h"
#include "phone/script.h"
#include "phone/voice_receiver.h"
#include "phone/voice_sender.h"

namespace call_agent::phone {

/// What the two sides of a call agreed on.
struct AgreedMedia {
  CodecKind codec = CodecKind::kPcmu;
  std::uint8_t payload_type = 0;
  std::optional<std::uint8_t> event_type;  ///< Of telephone events.
};

/// One answered call: the person, its ears and its mouth, from the answer to the end.
///
/// Pure: packets and ticks come with their time (from the answer), packets to send are returned, and events are told to
/// an observer. Two of them can talk to each other in a test. Not thread-safe.
class Conversation {
 public:
  class Observer {
   public:
    virtual ~Observer() = default;
    virtual void happened(std::string_view event, milliseconds at, Json fields) = 0;
    /// The person puts the phone down. The conversation must not be destroyed from within.
    virtual void wants_to_hang_up() = 0;
  };

  /// `observer` must outlive it. Errors: as Codec::create().
  static Result<std::unique_ptr<Conversation>> create(std::shared_ptr<const Script> script, const AgreedMedia& media,
                                                      Observer& observer);

  int rate() const { return codec_->rate(); }

  /// 20 ms passed: the packet to send now. Its spans are valid until the next call.
  VoiceSender::Packet tick(milliseconds now);
  /// A packet came. The audio in it, to be recorded; valid until the next call.
  std::span<const Sample> packet(milliseconds now, const VoiceReceiver::Header& header,
                                 std::span<const std::uint8_t> payload);
  /// Time was lost that no packet will make up for.
  void skip(std::uint32_t packets) { sender_.skip(packets); }

  /// RTP counters and latencies, for the last event of the call.
  Json summary() const;

 private:
  Conversation(std::shared_ptr<const Script> script, const AgreedMedia& media, std::unique_ptr<Codec> codec,
               Observer& observer);
  void follow(Ear::Change change, milliseconds now);
  void act(const Persona::Action& action, milliseconds now);
  void report_progress(const VoiceSender::Packet& packet, milliseconds now);

  std::shared_ptr<const Script> script_;
  Observer& observer_;
  std::unique_ptr<Codec> codec_;
  VoiceSender sender_;
  VoiceReceiver receiver_;
  Ear ear_;
  LatencyMeter meter_;
  Persona persona_;
  const Clip* speaking_ = nullptr;  ///< While a clip is played.
  std::uint64_t sent_ = 0;
  bool heard_rtp_ = false;
  bool heard_audio_ = false;
  milliseconds heard_since_{0};
  std::vector<std::int64_t> replies_ms_;
  std::vector<std::int64_t> yields_ms_;
};

}  // namespace call_agent::phone
