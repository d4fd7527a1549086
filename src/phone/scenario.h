#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "core/result.h"

/// The person a SIP telephone plays, as a JSON file describes them (docs: scenarios/phone/README.md).
namespace call_agent::phone {

enum class Answer : std::uint8_t {
  kAnswers,      ///< Rings, then picks up.
  kBusy,         ///< 486.
  kDeclines,     ///< Rings, then 603.
  kUnknown,      ///< 404.
  kUnavailable,  ///< Rings, then 480.
  kFails,        ///< 503.
  kNever,        ///< Rings until the caller gives up.
};

/// What the phone does when asked to be connected with somebody else (REFER).
enum class Transfer : std::uint8_t {
  kConnects,   ///< Accepts, and says a moment later that it is.
  kRefuses,    ///< 603.
  kFails,      ///< Accepts, and says a moment later that the other was busy.
  kNeverSays,  ///< Accepts, and no more is heard of it.
  kHangsUp,    ///< Accepts, and hangs up without a word of it.
};

/// What the last three digits of the called number ask for, as in +44 20 7946 0486: 486 603 404 480 503, 408 rings
/// for ever. Empty for any other number.
std::optional<Answer> answer_by_number(std::string_view called);

enum class CodecKind : std::uint8_t { kPcmu, kPcma, kG722 };

/// Something to be heard: exactly one of words (spoken by a Tts), a WAV file, or a tone.
struct ClipSource {
  std::string words;
  std::filesystem::path file;
  double tone_hz = 0;
  milliseconds tone_length{0};
};

// What a step may be. Times are the phone's own: from the answer, or from the beginning of the step.
struct Say {
  std::size_t clip;  ///< Index into Scenario::clips.
};
struct Wait {
  milliseconds length;
};
struct WaitUntil {
  milliseconds since_answer;
};
/// Until the other side has been speaking for `length`: the moment to speak over it.
struct WaitForSpeech {
  milliseconds length;
};
/// Until the other side, having said something since this step began, has been silent for `silence`.
struct WaitForSpeechEnd {
  milliseconds silence;
  milliseconds least_speech;
};
struct SendDtmf {
  std::string digits;
};
/// Until these digits were pressed, in order. `otherwise` is where a wrong one leads.
struct ExpectDtmf {
  std::string digits;
  std::size_t otherwise;
};
/// Back (or forth) to a step, `times` times; then on.
struct GoTo {
  std::size_t step;
  int times;
};
struct HangUp {};
struct WaitForHangUp {};

/// Where a step leads to end the call.
inline constexpr std::size_t kHangUpStep = static_cast<std::size_t>(-1);

struct Step {
  std::variant<Say, Wait, WaitUntil, WaitForSpeech, WaitForSpeechEnd, SendDtmf, ExpectDtmf, GoTo, HangUp, WaitForHangUp>
      action;
  milliseconds timeout{0};    ///< Of a step that waits for the other side.
  std::size_t on_timeout{0};  ///< The step that follows then, or kHangUpStep.
};

struct Scenario {
  std::string name;
  Answer answer = Answer::kAnswers;
  bool by_number = true;  ///< The called number's last three digits may overrule `answer`.
  Transfer transfer = Transfer::kConnects;
  std::optional<milliseconds> rings;  ///< As the file says; ringing() is what comes of it.
  milliseconds longest{300000};       ///< Of the call, after which the phone hangs up.
  std::vector<CodecKind> codecs{CodecKind::kG722, CodecKind::kPcmu,
                                CodecKind::kPcma};  ///< Accepted; the offer's order decides.
  std::vector<ClipSource> clips;
  std::vector<Step> steps;  ///< After the last one the phone listens until the other side hangs up.

  /// How long the phone rings before it does as `what` says; empty for not at all. Unless the file names a time, that
  /// is so for busy, unknown and fails, as a network refuses before any phone rings.
  std::optional<milliseconds> ringing(Answer what) const;
  /// What a Tts is to say, each once however often it is said.
  std::set<std::string> sentences() const;
};

/// Parses and checks one scenario.
/// Errors: kInvalidArgument, naming the place: "steps[3].say: …".
Result<Scenario> parse_scenario(std::string_view json);

/// Reads a file; WAV files it names are looked for beside it. Errors: kNotFound; kInvalidArgument with the path.
Result<Scenario> load_scenario(const std::filesystem::path& path);

}  // namespace call_agent::phone
