#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/asio.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/result.h"

/// What a conversation needs from the world. One object per call of each port, used on that call's executor only;
/// whatever they share (a model, a socket pool) is theirs to synchronise. Audio is mono, 16-bit, native endian. Every
/// awaitable that waits for somebody else (a server, a lane) ends within a limit of its own.
namespace call_agent::agent {

using Sample = std::int16_t;

inline constexpr int kListenRate = 16000;       ///< Hz of everything the callee says.
inline constexpr std::size_t kVadWindow = 512;  ///< Samples of one VAD decision: 32 ms.

/// Tells speech from everything else.
class Vad {
 public:
  virtual ~Vad() = default;
  /// Probability in [0, 1] that the next 32 ms of the callee's audio are speech. Windows come in order, one at a time.
  /// Errors: kOverloaded (that window counts as silence), kInternal.
  virtual awaitable<Result<float>> push(std::span<const Sample, kVadWindow> window) = 0;
};

struct Transcript {
  std::string text;                 ///< Empty if nothing was understood.
  std::optional<float> confidence;  ///< In [0, 1], where the engine reports one.
};

/// Turns one stretch of the callee's speech (a segment) into text.
class Stt {
 public:
  virtual ~Stt() = default;
  /// Begins a segment; `preroll` is the audio just before speech was detected (up to 500 ms).
  virtual void start_segment(std::span<const Sample> preroll) = 0;
  /// The segment's audio, in order. Never blocks: bounded inside, oldest audio dropped and counted.
  virtual void push(std::span<const Sample> audio) = 0;
  /// The text of the segment from its beginning, as far as it was pushed and however long it is. May be called several
  /// times; the last call's text stands.
  /// One at a time, but the segment may end, and the next begin, while one is under way: its result is then not used.
  virtual awaitable<Result<Transcript>> transcribe() = 0;
  virtual void end_segment() = 0;
};

/// Judges by the sound whether the callee has finished, not merely paused.
class TurnDetector {
 public:
  virtual ~TurnDetector() = default;
  static constexpr std::size_t kMostSamples = std::size_t{8} * kListenRate;
  /// Probability in [0, 1] that the turn is over. `audio`: the callee's last seconds, at most kMostSamples.
  virtual awaitable<Result<float>> probability_of_end(std::span<const Sample> audio) = 0;
};

enum class Role : std::uint8_t { kSystem, kCallee, kAgent, kTool };

struct ToolCall {
  std::string id;
  std::string name;
  Json arguments;
};

struct Message {
  Role role;
  std::string text;
  std::vector<ToolCall> tool_calls;  ///< Of an agent's message.
  std::string tool_call_id;          ///< Of a tool's message: which call it answers.
};

struct Tool {
  std::string name;
  std::string description;
  Json parameters;  ///< JSON Schema.
};

/// What to do where a machine answers.
struct Voicemail {
  bool leave_message = false;  ///< Else hang up without a word.
  std::string message;         ///< Word for word; empty lets the language model choose.
};

/// What the call is for, as its principal gave it.
struct Objective {
  std::string text;     ///< Free text: "Book a table for two tomorrow at eight, under the name Ada."
  std::string context;  ///< What the agent may need to know.
  std::string opening;  ///< First words to say; empty lets the language model choose.
  Json result_schema;   ///< JSON Schema of the answers wanted; null if none.
  std::string language = "en";
  Voicemail voicemail{};
};

/// A field the principal asked for, with the callee's words it rests on.
struct Answer {
  std::string field;
  Json value;
  std::string quote;
  int turn = -1;  ///< Index into the transcript; -1 if it rests on no single turn.
};

struct Report {
  std::string summary;
  std::vector<Answer> answers;
  std::vector<std::string> commitments;
  bool objective_met = false;
};

/// Decides what to say.
class Llm {
 public:
  virtual ~Llm() = default;
  struct Request {
    const Objective& objective;
    std::span<const Message> history;  ///< Everything said and done so far, oldest first.
    std::span<const Tool> tools;
  };
  struct Reply {
    std::vector<ToolCall> tool_calls;
    int prompt_tokens = 0;
    int completion_tokens = 0;
  };
  /// Called with each piece of text as it arrives, on the caller's executor.
  using OnText = std::function<void(std::string_view piece)>;

  /// Streams one reply; cancelling the awaitable abandons it at once. `request` must outlive the call.
  virtual awaitable<Result<Reply>> reply(Request request, OnText on_text) = 0;
  /// After the call: what was said, agreed and answered.
  virtual awaitable<Result<Report>> report(Request request) = 0;
};

/// Says it.
class Tts {
 public:
  virtual ~Tts() = default;
  /// Hz of the audio it makes, fixed for the call.
  virtual int sample_rate() const = 0;
  using OnAudio = std::function<void(std::span<const Sample> audio)>;
  /// Speaks `text`, one sentence or clause; cancelling the awaitable stops at once. `on_audio` gets it in order.
  /// The next may begin while a cancelled one still unwinds.
  virtual awaitable<Result<void>> synthesize(std::string text, OnAudio on_audio) = 0;
};

/// The agent's ear and mouth on one call. The media layer implements it over a room; tests over memory.
class CallMedia {
 public:
  virtual ~CallMedia() = default;

  /// The callee's next audio at kListenRate: 10 or 20 ms. Empty once the media has ended.
  virtual awaitable<std::optional<std::vector<Sample>>> read() = 0;

  /// Appends to what the callee will hear, at `rate`. Waits while more than ~200 ms are queued (backpressure); a
  /// cancelled write leaves what it has queued. With nothing queued the callee hears silence, never a gap.
  virtual awaitable<Result<void>> write(std::span<const Sample> audio, int rate) = 0;
  /// Drops what is queued and not yet played, at once. Returns how much of what was written was played since the last
  /// flush, so that the caller knows which words were heard. A write() that waits meanwhile queues nothing more of its
  /// audio and returns kCancelled.
  virtual milliseconds flush() = 0;
  /// Returns once everything written has been played.
  virtual awaitable<void> drained() = 0;

  /// RFC 4733 digits: 0-9 * # A-D.
  virtual awaitable<Result<void>> send_dtmf(std::string_view digits) = 0;
};

}  // namespace call_agent::agent
