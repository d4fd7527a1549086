#pragma once

#include <optional>
#include <string>
#include <variant>

#include "core/clock.h"

/// The language between the conversation's decisions (TurnTaking) and the session that moves the bytes.
namespace call_agent::agent {

/// Why a conversation is over.
enum class EndReason : std::uint8_t {
  kAgentFinished,  ///< The agent said goodbye: its business was done, or could not be.
  kCalleeLeft,     ///< The callee hung up.
  kSilence,        ///< Nobody answered the agent's "are you still there".
  kDuration,       ///< The call's longest duration was reached.
  kFailure,        ///< The language model or the voice failed for good.
  kMediaLost,      ///< The audio ended without anybody hanging up.
  kStopped,        ///< Our side cancelled the call.
};
std::string_view to_string(EndReason reason);

// What happens. Times are audio heard since the answer. A pause is numbered; results that come for an earlier pause
// than the latest are out of date and ignored.

struct Answered {
  std::string opening;  ///< First words; may be empty: the agent then listens first.
};
struct SpeechStarted {
  milliseconds at;  ///< Also when speech resumes after a pause.
};
struct SpeechPaused {
  milliseconds at;  ///< End of the last speech.
};
struct Transcribed {
  int pause;
  bool failed = false;
  std::string text{};
  std::optional<float> confidence{};
};
struct TurnJudged {
  int pause;
  std::optional<float> probability;  ///< That the turn is over; empty if the model failed.
};
struct ReplyPiece {
  int reply;
  std::string text;
};
struct ReplyDone {
  int reply;
  bool ends_call = false;       ///< It called end_call.
  bool other_tools = false;     ///< It called a tool whose result the language model must see if it said nothing.
  bool asks_principal = false;  ///< It called ask_principal: the callee is asked to wait.
};
struct ReplyFailed {
  int reply;
  std::string what;
};
struct VoiceStarted {};    ///< The first audio of what the agent now says has gone out.
struct VoiceIdle {};       ///< Everything given to the voice has been heard.
struct VoiceHeld {         ///< The answer to HoldVoice, if something was being said.
  milliseconds remaining;  ///< What was cut off; of sentences not yet synthesised, as long as they will roughly be.
};
struct VoiceFailed {
  std::string what;
};
struct DigitHeard {
  char digit;
};
/// The principal's words are in the conversation: the language model has to be asked what follows from them.
struct PrincipalSpoke {
  bool awaited = false;  ///< The answer to its question, for which the callee waits.
};
struct CalleeLeft {
  EndReason reason = EndReason::kCalleeLeft;  ///< Or kMediaLost.
};
struct StopRequested {};
struct Tick {
  bool voiced = false;  ///< The last 32 ms sounded like speech.
  bool onset = false;   ///< And speech probably begins; a SpeechStarted follows if it does.
};

using Event = std::variant<Answered, SpeechStarted, SpeechPaused, Transcribed, TurnJudged, ReplyPiece, ReplyDone,
                           ReplyFailed, VoiceStarted, VoiceIdle, VoiceHeld, VoiceFailed, DigitHeard, PrincipalSpoke,
                           CalleeLeft, StopRequested, Tick>;

// What is to be done, in this order.

struct StartSegment {};
struct EndSegment {};
struct Transcribe {
  int pause;
};
struct JudgeTurn {
  int pause;
};
struct StartReply {
  int reply;
  /// What the callee has just said, while it is not certain that they have finished; empty once it is recorded.
  std::string tentative;
};
struct CancelReply {};
/// Executes the tools the reply called, and tells the language model their results.
struct RunTools {
  int reply;
};
struct Speak {
  std::string text;  ///< One sentence or clause.
};
struct HoldVoice {};    ///< Silence at once; what was cut off is kept.
struct ReleaseVoice {   ///< Goes on where it was held: from a quiet place just before it, so that no word is lost,
  bool at_cut = false;  ///< or from there exactly, after a pause too short for words to be said again.
};
struct StopVoice {};    ///< Silence at once; what was heard is recorded as the agent's turn, the rest is dropped.
struct FinishVoice {};  ///< All was heard: it is recorded as the agent's turn.
struct RecordCallee {
  std::string text;
  milliseconds start, end;
  std::optional<float> confidence;
};
struct Note {
  std::string kind;  ///< As Journal::on_event.
  std::string text;
};
struct ExpireQuestion {};  ///< The principal did not answer in time.
struct HangUp {
  EndReason reason;
  std::string detail;
};

using Action =
    std::variant<StartSegment, EndSegment, Transcribe, JudgeTurn, StartReply, CancelReply, RunTools, Speak, HoldVoice,
                 ReleaseVoice, StopVoice, FinishVoice, RecordCallee, Note, ExpireQuestion, HangUp>;

/// One line, for logs, replays and tests: "judge_turn 3", "speak \"Hello.\"".
std::string describe(const Action& action);

}  // namespace call_agent::agent
