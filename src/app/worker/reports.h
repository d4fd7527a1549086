#pragma once

#include <string>
#include <string_view>

#include "core/json.h"
#include "core/result.h"

namespace call_agent::app {

/// What a media process tells its supervisor: one JSON object a line on its standard output.
struct MediaReport {
  enum class Kind : std::uint8_t { kRegistered, kCallStarted, kCallEnded, kSummary };
  Kind kind = Kind::kRegistered;
  std::string call_id;  ///< Of the three kinds about a call.
  std::string room;     ///< Of kCallStarted.
  std::string text;     ///< Of kSummary, as the terminal shows it. Of kRegistered, the worker's id.
};

std::string to_line(const MediaReport& report);
/// Errors: kInvalidArgument.
Result<MediaReport> parse_report(std::string_view line);

}  // namespace call_agent::app
