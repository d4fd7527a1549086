#include "agent/turn_metrics.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace call_agent::agent {
namespace {

milliseconds span(TimePoint from, TimePoint to) {
  assert(to >= from);
  return std::max(milliseconds{0}, std::chrono::duration_cast<milliseconds>(to - from));
}

void put(Json& out, const char* name, std::optional<TimePoint> from, std::optional<TimePoint> to) {
  if (from && to) out[name] = span(*from, *to).count();
}

}  // namespace

void TurnMetrics::paused(TimePoint last_sound) {
  sheet_ = Sheet{};
  sheet_.last_sound = last_sound;
}

void TurnMetrics::transcribed(TimePoint at) {
  if (sheet_.transcript_asked) sheet_.stt = span(*sheet_.transcript_asked, at);
}

void TurnMetrics::reply_asked(TimePoint at) {
  sheet_.reply_asked = at;
  sheet_.first_piece.reset();
}

void TurnMetrics::reply_piece(TimePoint at) {
  if (!sheet_.first_piece) sheet_.first_piece = at;
}

void TurnMetrics::voice_started(TimePoint at) {
  heard_ = Json::object();
  // Words of the agent's own accord ("are you still there") answer nothing.
  if (!sheet_.turn_over) return;
  const Sheet sheet = std::exchange(sheet_, Sheet{});
  put(heard_, "end_of_speech_delay", sheet.last_sound, sheet.turn_over);
  if (sheet.stt) heard_["stt"] = sheet.stt->count();
  put(heard_, "llm_first_token", sheet.reply_asked, sheet.first_piece);
  put(heard_, "total", sheet.last_sound, at);
}

Json TurnMetrics::take(std::optional<milliseconds> tts_first_audio) {
  Json out = std::exchange(heard_, Json::object());
  if (tts_first_audio) out["tts_first_audio"] = std::max<std::int64_t>(0, tts_first_audio->count());
  return out;
}

}  // namespace call_agent::agent
