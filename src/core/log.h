#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace call_agent::log {

enum class Level { kDebug, kInfo, kWarn, kError };

/// Where records go: standard error by default (standard output belongs to protocols and reports).
void set_level(Level level);
/// Prefixes every record, such as "media-2". Set once, before threads start.
void set_tag(std::string tag);
bool enabled(Level level);
/// Thread-safe. One line per record; control characters in `message` are escaped, so a caller's words cannot forge one.
void write(Level level, std::string_view message);

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kDebug)) write(Level::kDebug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kInfo)) write(Level::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kWarn)) write(Level::kWarn, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::kError)) write(Level::kError, fmt::format(format, std::forward<Args>(args)...));
}

/// A phone number as logs may show it: "+44…0123" keeps the country prefix and the last four digits; at debug level,
/// the whole number.
std::string redact_number(std::string_view number);

}  // namespace call_agent::log
