#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/ports.h"
#include "core/channel.h"
#include "core/task_group.h"

namespace call_agent::agent {

/// The agent's mouth: synthesises sentences one ahead of what is playing, can fall silent at once, go on where it was
/// held, and tell which words were heard. Lives on the session's executor; not thread-safe.
class Voice {
 public:
  /// Called on the executor; may call back into the Voice.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_voice_started() = 0;  ///< The first audio since the last stop() or finish() goes out.
    virtual void on_voice_idle() = 0;     ///< Everything given to say() has been heard.
    virtual void on_voice_failed(const Error& error) = 0;  ///< A sentence failed twice, or the media refuse audio.
  };

  struct Heard {
    std::string text;                         ///< What was heard of what say() was given; whole words.
    bool complete = true;                     ///< All of it was.
    std::optional<milliseconds> first_audio;  ///< What synthesising the first sentence cost until its first audio.
  };

  Voice(const asio::any_io_executor& executor, Tts& tts, CallMedia& media, Listener& listener);

  /// Synthesises a sentence ahead of need, for a later say() of the same text. At most 16 are kept. False if the voice
  /// has no sound for it.
  awaitable<Result<bool>> prepare(std::string sentence);

  /// To be run by the session's task group; both end when cancelled.
  awaitable<void> play();
  awaitable<void> watch();

  void say(std::string sentence);
  /// Silence at once, keeping what was cut off. Returns how long that is, roughly for what is not yet synthesised;
  /// empty if nothing is being said. What is said meanwhile waits.
  std::optional<milliseconds> hold();
  /// Goes on from the last quiet place before the cut. Returns how much was heard before; empty if it was not held.
  std::optional<milliseconds> release();
  /// The same from the cut itself.
  std::optional<milliseconds> release_at_cut();
  /// Silence at once; forgets everything unsaid, and any hold.
  Heard stop();
  /// Forgets what was said, all of it having been heard.
  Heard finish();

  /// To be called now and then: a sentence whose synthesis has brought nothing for 10 s is a failed voice.
  void check(TimePoint now);

  /// Cancels synthesis and waits for it. The Voice is of no use afterwards.
  awaitable<void> close();

 private:
  struct Clip {
    int id;
    std::string text;
    std::vector<Sample> audio;  // Freed once surely heard; `samples` stays.
    std::size_t samples = 0;
    bool complete = false;
    bool begun = false;
  };
  struct Place {
    std::size_t clip;
    std::size_t sample;  // Within the clip.
  };

  awaitable<void> synthesize(int id, std::string text);
  void append(int id, std::span<const Sample> audio);
  Clip* find(int id);
  void pump();
  Place place_of(std::size_t sample) const;
  bool next_chunk(std::vector<Sample>& chunk);
  bool all_written() const;
  milliseconds unheard() const;
  milliseconds to_time(std::size_t samples) const;
  std::size_t account();
  void reset();

  Tts& tts_;
  CallMedia& media_;
  Listener& listener_;
  const int rate_;
  Notifier changed_;
  TaskGroup synthesis_;
  std::map<std::string, std::vector<Sample>> prepared_;

  std::deque<Clip> clips_;  // Of the turn being said, from its first sentence on.
  int next_clip_ = 1;
  int synthesising_ = 0;          // Id of the clip in work, 0 if none.
  std::size_t written_ = 0;       // Samples from the first clip's start handed to the media.
  std::size_t heard_ = 0;         // The same, as of the last flush; where release() goes on may be a little before.
  std::size_t flushed_at_ = 0;    // Where the audio written since the last flush began.
  std::uint64_t generation_ = 0;  // Changes whenever what is queued is dropped.
  bool held_ = false;
  bool writing_ = false;
  bool started_ = false;
  bool idle_told_ = true;
  std::optional<TimePoint> synthesis_began_;  // Of the first sentence.
  TimePoint progress_{};                      // Of the synthesis in work.
  std::optional<milliseconds> first_audio_;
};

}  // namespace call_agent::agent
