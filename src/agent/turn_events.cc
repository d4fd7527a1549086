#include "agent/turn_events.h"

#include <fmt/format.h>

namespace call_agent::agent {
namespace {

struct Describe {
  std::string operator()(const StartSegment&) const { return "start_segment"; }
  std::string operator()(const EndSegment&) const { return "end_segment"; }
  std::string operator()(const Transcribe& a) const { return fmt::format("transcribe {}", a.pause); }
  std::string operator()(const JudgeTurn& a) const { return fmt::format("judge_turn {}", a.pause); }
  std::string operator()(const StartReply& a) const {
    return a.tentative.empty() ? fmt::format("start_reply {}", a.reply)
                               : fmt::format("start_reply {} if \"{}\"", a.reply, a.tentative);
  }
  std::string operator()(const CancelReply&) const { return "cancel_reply"; }
  std::string operator()(const RunTools& a) const { return fmt::format("run_tools {}", a.reply); }
  std::string operator()(const Speak& a) const { return fmt::format("speak \"{}\"", a.text); }
  std::string operator()(const HoldVoice&) const { return "hold_voice"; }
  std::string operator()(const ReleaseVoice& a) const {
    return a.at_cut ? "release_voice at the cut" : "release_voice";
  }
  std::string operator()(const StopVoice&) const { return "stop_voice"; }
  std::string operator()(const FinishVoice&) const { return "finish_voice"; }
  std::string operator()(const RecordCallee& a) const {
    return fmt::format("record_callee \"{}\" {}-{}", a.text, a.start.count(), a.end.count());
  }
  std::string operator()(const ExpireQuestion&) const { return "expire_question"; }
  std::string operator()(const Note& a) const { return fmt::format("note {} \"{}\"", a.kind, a.text); }
  std::string operator()(const HangUp& a) const { return fmt::format("hang_up {}", to_string(a.reason)); }
};

}  // namespace

std::string_view to_string(EndReason reason) {
  switch (reason) {
    case EndReason::kAgentFinished:
      return "agent_finished";
    case EndReason::kCalleeLeft:
      return "callee_left";
    case EndReason::kSilence:
      return "silence";
    case EndReason::kDuration:
      return "duration";
    case EndReason::kFailure:
      return "failure";
    case EndReason::kMediaLost:
      return "media_lost";
    case EndReason::kStopped:
      return "stopped";
  }
  return "unknown";
}

std::string describe(const Action& action) {
  return std::visit(Describe{}, action);
}

}  // namespace call_agent::agent
