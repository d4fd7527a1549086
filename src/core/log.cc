#include "core/log.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

#include "core/clock.h"

namespace call_agent::log {
namespace {

std::atomic<Level> g_level{Level::kInfo};
std::string& tag() {
  static std::string value;
  return value;
}

void append_escaped(std::string& line, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      fmt::format_to(std::back_inserter(line), "\\x{:02x}", byte);
    } else {
      line.push_back(c);
    }
  }
}

}  // namespace

void set_level(Level level) {
  g_level.store(level, std::memory_order_relaxed);
}
void set_tag(std::string value) {
  tag() = std::move(value);
}
bool enabled(Level level) {
  return level >= g_level.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view message) {
  static constexpr std::array kNames{"debug", "info ", "warn ", "error"};
  std::string line = fmt::format("{} {} ", rfc3339(unix_ms()), kNames[static_cast<std::size_t>(level)]);
  if (!tag().empty()) fmt::format_to(std::back_inserter(line), "[{}] ", tag());
  append_escaped(line, message);
  line.push_back('\n');
  // One write(2) a record, so that records of several threads and processes do not interleave.
  const char* at = line.data();
  std::size_t left = line.size();
  while (left > 0) {
    const ssize_t n = ::write(STDERR_FILENO, at, left);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    at += n;
    left -= static_cast<std::size_t>(n);
  }
}

std::string redact_number(std::string_view number) {
  if (enabled(Level::kDebug)) return std::string(number);
  if (number.size() < 8) return "…";
  return fmt::format("{}…{}", number.substr(0, 3), number.substr(number.size() - 4));
}

}  // namespace call_agent::log
