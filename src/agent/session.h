#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/audio_history.h"
#include "agent/echo_detector.h"
#include "agent/endpointer.h"
#include "agent/journal.h"
#include "agent/keypad.h"
#include "agent/overheard_media.h"
#include "agent/ports.h"
#include "agent/tools.h"
#include "agent/turn_metrics.h"
#include "agent/turn_taking.h"
#include "agent/voice.h"
#include "core/channel.h"
#include "core/task_group.h"

namespace call_agent::agent {

struct SessionOptions {
  Endpointer::Options endpointer;
  TurnTaking::Options turns;
  Phrases phrases;
  milliseconds report_limit{20000};  ///< For the report after the call.
};

struct SessionResult {
  EndReason reason = EndReason::kFailure;
  std::string detail;  ///< For people: "the language model failed twice: …".
  std::vector<Turn> transcript;
  Json metrics = Json::object();  ///< duration_ms, turns, interruptions, backchannels, noises, flinches,
                                  ///< replies_dropped, replies_failed, prompts, audio_lost_ms, echo_ms: integers.
};

/// One conversation on the telephone: moves bytes between the ports and does what TurnTaking decides.
///
///     prepare() -> "ready" -> dial -> run() … answered() … callee_left() or the agent's end -> hang up -> report()
///
/// Lives on one executor; not thread-safe; no method may be called from another. Everything they start has ended when
/// run() and report() return. The ports must outlive it.
class Session : private Voice::Listener {
 public:
  struct Ports {
    Vad& vad;
    Stt& stt;
    TurnDetector& turn_detector;
    Llm& llm;
    Tts& tts;
    CallMedia& media;
    Journal& journal;
  };

  /// Errors: kInvalidArgument, for options that cannot work or a voice of an unusable sample rate.
  static Result<std::unique_ptr<Session>> create(asio::any_io_executor executor, Ports ports, Objective objective,
                                                 SessionOptions options = {});
  ~Session() override;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Before the dial: gets the first words (the objective's opening, or the language model's first reply) and has
  /// them synthesised, which warms both. After it the agent can speak within one frame of the answer.
  /// Errors: whatever the language model or the voice failed with.
  awaitable<Result<void>> prepare();

  /// The conversation, from before the answer to the end. Call once, after prepare(). Audio that comes before
  /// answered() is dropped. Returns once somebody wants the call to be over; hanging up is the caller's. Cancelling it
  /// ends the session as stop() does.
  awaitable<SessionResult> run();

  /// What came of the conversation, every answer with a quote that occurs in the transcript. Call once, after run() and
  /// the hang-up: nobody should wait on the line for it. Takes `report_limit` at most; never fails, a call without a
  /// report says so in its summary. Empty for a call that was not answered.
  awaitable<Report> report();

  void answered();
  void callee_left();
  /// A digit the callee pressed: 0-9 * # A-D.
  void dtmf_heard(char digit);

  // What the principal sends meanwhile.

  /// Something for the agent to do or know; it is taken up with its next words.
  void instruct(const std::string& text);
  /// An empty text tells the agent that there will be no answer.
  /// Errors: kNotFound if this question is not the open one: it was answered before, or too late.
  Result<void> answer_question(const std::string& id, const std::string& text);
  /// As Keypad::press.
  awaitable<Result<void>> press(std::string digits) { return keypad_.press(std::move(digits)); }
  /// Ends the conversation at once, mid-word: our side cancelled the call.
  void stop();

 private:
  Session(asio::any_io_executor executor, Ports ports, Objective objective, SessionOptions options,
          Endpointer endpointer, EchoDetector echoes);

  // The coroutines: each only waits for bytes and reports what came.
  awaitable<void> listen();
  awaitable<void> transcribe();
  awaitable<void> judge_turns();
  awaitable<void> mind_the_silence();
  awaitable<void> reply(int id, std::vector<Message> history);
  awaitable<void> press_for_model(std::string digits);
  awaitable<void> write_report();

  awaitable<void> hear(std::span<const Sample> audio);
  float unless_echo(float probability);
  bool segment_is_echo() const;
  milliseconds now() const;
  Llm::Request request(std::span<const Message> history) const;

  void dispatch(Event event);
  // What TurnTaking decided, done.
  void perform(const StartSegment&);
  void perform(const EndSegment&);
  void perform(const Transcribe& action);
  void perform(const JudgeTurn& action);
  void perform(const StartReply& action);
  void perform(const CancelReply&);
  void perform(const RunTools& action);
  void perform(const Speak& action);
  void perform(const HoldVoice&);
  void perform(const ReleaseVoice&);
  void perform(const StopVoice&);
  void perform(const FinishVoice&);
  void perform(const RecordCallee& action);
  void perform(const Note& action);
  void perform(const ExpireQuestion&);
  void perform(const HangUp& action);
  std::string ask_principal(const ToolCall& call);
  void close_question(const std::string& answer);
  void principal_said(Json message);
  std::string run_tool(const ToolCall& call);
  void record_agent(Voice::Heard heard, bool finished);
  void record(Turn turn);

  void on_voice_started() override;
  void on_voice_idle() override;
  void on_voice_failed(const Error& error) override;

  static constexpr std::size_t kPreroll = static_cast<std::size_t>(kListenRate) / 2;  // Of a segment: half a second.

  const asio::any_io_executor executor_;
  const Ports ports_;
  const Objective objective_;
  const SessionOptions options_;
  const std::vector<Tool> tools_;
  Endpointer endpointer_;
  EchoDetector echoes_;
  OverheardMedia mouth_;
  TurnTaking turns_;
  Keypad keypad_;
  Voice voice_;
  TaskGroup tasks_;
  TaskGroup replies_;

  std::deque<Event> events_;  // Those that happen while one is handled.
  bool dispatching_ = false;
  bool active_ = false;
  std::string opening_;

  AudioHistory heard_;
  std::vector<Sample> window_;
  milliseconds lost_{0};  // Time without any audio from the callee, made up for.
  bool segment_open_ = false;
  std::uint64_t segment_began_ = 0;  // In samples heard.
  std::uint64_t transcribed_to_ = 0;
  milliseconds segment_speech_{0};  // What sounded like it, and how much of that was found to be
  milliseconds segment_echo_{0};    // the agent's own.
  milliseconds echo_{0};

  Notifier transcript_wanted_, judgement_wanted_, ended_;
  std::optional<int> wanted_transcript_, wanted_judgement_;  // The pause to work on; the newest wins.

  std::vector<ToolCall> reply_tools_;  // Of the newest reply that is done.
  std::vector<Message> history_;
  std::vector<Turn> transcript_;
  std::vector<Answer> answers_;
  std::optional<Question> question_;  // The open one.
  int questions_ = 0;
  milliseconds voice_began_{0};
  TurnMetrics metrics_;
  std::map<std::string, int, std::less<>> counts_;
  std::optional<HangUp> over_;
  std::optional<Result<Report>> report_;
};

}  // namespace call_agent::agent
