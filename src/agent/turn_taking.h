#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/phrases.h"
#include "agent/sentence_splitter.h"
#include "agent/turn_events.h"
#include "core/clock.h"

namespace call_agent::agent {

/// Who speaks when: takes what happens on the call and says what to do about it.
///
/// - The callee pauses: their words are transcribed and the turn model is asked, both at once. The turn is over when
/// the
///   model says so, or after a silence that depends on what was said. The reply is begun before that is certain, and
///   dropped unheard if the callee goes on.
/// - The callee speaks while the agent does: the voice is held at the onset, before anything is known. A click, a
///   backchannel, a greeting on picking up or a noise lets it go on where it was; anything else takes the turn.
/// - While the principal is asked something the callee waits, and silence is in order; the answer is passed on at once.
/// - Silence, the longest duration and failures end the call with words, never without.
///
/// Pure: no I/O, no clock, no randomness; the same events give the same actions. Not thread-safe.
class TurnTaking {
 public:
  struct Options {
    float turn_over = 0.5F;                ///< Probability from which the turn model's word is taken.
    milliseconds least_silence{128};       ///< Silence before which it is not: about 170 ms of true silence.
    milliseconds held_silence{160};        ///< Before words over the agent are weighed: "Good evening," goes on.
    milliseconds interrupter_limit{450};   ///< The same for one who spoke over the agent: they have more to say.
    milliseconds silence_limit{700};       ///< Silence that ends a turn whatever the model says.
    milliseconds short_answer_limit{320};  ///< The same for "yes" and its kind; and the least for a word or two.
    milliseconds hanging_limit{1500};      ///< The same for a sentence that ends on "and".
    milliseconds no_model_limit{500};      ///< The same if the turn model failed.
    bool speculate = true;                 ///< Begin the reply while the turn may still go on: quicker, more tokens.
    milliseconds speculate_after{400};     ///< Silence after which that is done even if the model doubts the end.
    int most_flinches = 2;                 ///< Pauses for a mere click; on such a line only speech holds the voice.
    milliseconds barge_in_limit{1500};     ///< Speech over the agent that is surely no backchannel.
    milliseconds late_answer{1200};  ///< After this "yeah" spoken into the end of the agent's question is its answer.
    milliseconds transcript_patience{4000};
    milliseconds reply_patience{10000};    ///< For the first words of a reply.
    milliseconds transcribe_after{10000};  ///< Of speech without a pause: little is then left to do at its end.
    milliseconds silence_prompt{8000};     ///< Mutual silence before "are you still there".
    milliseconds patient_prompt{30000};    ///< The same after "one moment please".
    int most_prompts = 2;
    milliseconds question_limit{60000};    ///< For the principal to answer while the callee waits.
    milliseconds instruction_pause{1500};  ///< Mutual silence in which an instruction is taken up unasked.
    milliseconds max_duration{600000};
    milliseconds wrap_up{10000};      ///< Before max_duration: when the agent says that time is up.
    milliseconds goodbye_grace{600};  ///< After the agent's goodbye, for a last word of the callee.
    milliseconds digits_pause{1500};  ///< After the last of several digits.
    int most_tool_rounds = 4;         ///< Replies in a row that only call tools.
    std::size_t most_reply_bytes = 4000;
    std::size_t most_turn_bytes = 8000;
  };

  TurnTaking(Options options, Phrases phrases);

  /// `now`: audio heard since the answer; must not decrease. After HangUp nothing more comes.
  std::vector<Action> step(milliseconds now, const Event& event);

  bool over() const { return over_; }

 private:
  // What the callee is saying: one turn, transcribed from its beginning at each of its pauses.
  struct Listening {
    bool open = false;  ///< A segment of audio is.
    bool speaking = false;
    milliseconds began{0};
    milliseconds last_sound{0};
    milliseconds asked{0};  ///< When the transcript and the judgement were.
    bool transcribing = false;
    bool judged = false;
    bool unweighed = false;  ///< Transcribed over the agent, and not acted upon yet.
    std::optional<float> probability;
    std::string text;  ///< Understood so far: what the record keeps, whatever happens.
    milliseconds text_end{0};
    bool whole = false;  ///< It is all that was said until the latest pause: only then is it acted upon.
    std::optional<float> confidence;
  };
  struct Reply {
    int id = 0;
    bool committed = false;  ///< The turn it answers is over: it may be heard.
    bool spoken = false;     ///< It has text.
    bool done = false;
    bool settled = false;  ///< Its tools have run.
    bool ends_call = false;
    bool other_tools = false;
    bool asks_principal = false;
    bool failed = false;  ///< While not committed.
    milliseconds asked{0};
    std::size_t bytes = 0;
  };
  enum class Mouth { kSilent, kThinking, kSpeaking };
  enum class News { kNone, kInstruction, kAnswer };

  void on(const Answered& event);
  void on(const SpeechStarted& event);
  void on(const SpeechPaused& event);
  void on(const Transcribed& event);
  void on(const TurnJudged& event);
  void on(const ReplyPiece& event);
  void on(const ReplyDone& event);
  void on(const ReplyFailed& event);
  void on(const VoiceStarted& event);
  void on(const VoiceIdle& event);
  void on(const VoiceHeld& event);
  void on(const VoiceFailed& event);
  void on(const DigitHeard& event);
  void on(const PrincipalSpoke& event);
  void on(const CalleeLeft& event);
  void on(const StopRequested& event);
  void on(const Tick& event);

  // Listening (turn_listening.cc).
  void open_segment(milliseconds at);
  void close_segment();
  void ask();
  void mind_the_onset(const Tick& event);
  void words_over_the_agent();
  void words_to_the_agent();
  void speculate(const std::string& text);
  milliseconds limit_for(const std::string& text) const;
  milliseconds least_for(const std::string& text) const;
  void settle_listening();
  void commit_turn(std::string text, milliseconds start, milliseconds end, std::optional<float> confidence);
  std::string words() const { return callee_.whole ? callee_.text : std::string{}; }
  void record_words();
  void close_unclear();

  // Speaking (turn_speaking.cc).
  void start_reply(const std::string& tentative);
  void drop_reply();
  void say(const std::string& phrase);
  void say_and_end(const std::string& phrase, EndReason reason, std::string detail);
  void speak(std::vector<std::string> sentences);
  void hold_the_voice();
  void silence_the_agent();
  void yield_turn();
  void go_on();
  void finish_turn();
  bool goodbye_is_final() const;
  void reply_failed(const std::string& what);
  void settle_patience();
  void settle_reply();
  void settle_speaking();
  void settle_limits();
  void settle_principal();
  std::string pressed();
  void record_what_is_open();
  void end(EndReason reason, std::string detail);

  void emit(Action action) { actions_.push_back(std::move(action)); }

  const Options options_;
  const Phrases phrases_;
  std::vector<Action> actions_;
  milliseconds now_{0};
  bool active_ = false;
  bool over_ = false;
  std::optional<EndReason> leaving_;  ///< The callee is gone; their last words are still being transcribed.

  Listening callee_;
  int pause_ = 0;
  bool voiced_ = false;

  Mouth mouth_ = Mouth::kSilent;
  bool held_ = false;      ///< The voice, because the callee speaks.
  bool flinched_ = false;  ///< Held at an onset that is not known to be speech yet.
  int flinches_ = 0;       ///< Onsets that were none, since the last interruption.
  milliseconds held_since_{0};
  std::optional<milliseconds> held_remaining_;
  bool voice_idle_ = true;       ///< Nothing given to the voice is unheard.
  bool opening_ = false;         ///< The agent's first words are being said.
  bool interrupted_ = false;     ///< The callee took the turn by speaking over the agent.
  bool asked_question_ = false;  ///< The agent's last sentence ends with a question mark.
  std::optional<Reply> reply_;
  SentenceSplitter splitter_;
  int next_reply_ = 1;
  int tool_rounds_ = 0;
  int failures_ = 0;
  int unclear_ = 0;  ///< Turns in a row of which nothing was understood.

  std::optional<EndReason> closing_;  ///< The agent is saying goodbye.
  std::string closing_detail_;
  milliseconds silent_since_{0};
  int prompts_ = 0;
  bool patient_ = false;
  bool time_is_up_ = false;
  std::optional<milliseconds> asked_principal_;  ///< When, while the question is open.
  News news_ = News::kNone;                      ///< From the principal, and no reply has seen it yet.
  std::optional<RecordCallee> aside_;            ///< A backchannel that may turn out to be the answer.
  std::string digits_;
  milliseconds digits_at_{0};
};

}  // namespace call_agent::agent
