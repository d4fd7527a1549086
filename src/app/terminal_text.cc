#include "app/terminal_text.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <ctime>

namespace call_agent::app {
namespace {

std::tm local(std::int64_t unix_ms) {
  return fmt::localtime(static_cast<std::time_t>(unix_ms / 1000));
}

}  // namespace

std::string printable(std::string_view text, std::size_t most) {
  std::string shown;
  shown.reserve(std::min(text.size(), most));
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    const bool control = byte < 0x20 || byte == 0x7f;
    const bool c1 = byte == 0xc2 && next >= 0x80 && next < 0xa0;  // U+0080 to U+009F, CSI among them.
    if (c1) ++i;
    if (control || c1) {
      if (!shown.empty() && shown.back() != ' ') shown.push_back(' ');
    } else {
      shown.push_back(text[i]);
    }
  }
  if (shown.size() <= most) return shown;
  auto cut = most > 0 ? most - 1 : 0;
  while (cut > 0 && (static_cast<unsigned char>(shown[cut]) & 0xc0) == 0x80) --cut;
  return shown.substr(0, cut) + "…";
}

std::string local_time(std::int64_t unix_ms) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", local(unix_ms));
}

std::string local_clock(std::int64_t unix_ms) {
  return fmt::format("{:%H:%M:%S}.{:03d}", local(unix_ms), unix_ms % 1000);
}

std::string duration(std::int64_t ms) {
  const auto seconds = std::max<std::int64_t>(ms, 0) / 1000;
  return fmt::format("{}:{:02d}", seconds / 60, seconds % 60);
}

}  // namespace call_agent::app
