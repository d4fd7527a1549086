#include "livekit/rtc/outgoing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/json.h"

namespace call_agent::livekit::rtc {
namespace {

/// JSON is UTF-8: dumping replaces what is not, so that only UTF-8 comes back as it went in.
bool is_utf8(std::string_view text) {
  const auto again = parse_json(dump_json(Json(text)));
  return again && again->get_ref<const std::string&>() == text;
}

}  // namespace

Result<std::uint32_t> dtmf_code(char digit) {
  constexpr std::string_view kDigits = "0123456789*#ABCD";
  const auto upper = static_cast<char>(std::toupper(static_cast<unsigned char>(digit)));
  const auto code = kDigits.find(upper);
  if (code == std::string_view::npos) {
    return fail(Errc::kInvalidArgument, "DTMF digits are 0-9, *, # and A-D");
  }
  return static_cast<std::uint32_t>(code);
}

Result<void> validate_digits(std::string_view digits) {
  if (digits.empty() || digits.size() > kMaxDigits) {
    return fail(Errc::kInvalidArgument, fmt::format("send 1 to {} DTMF digits at a time", kMaxDigits));
  }
  for (const char digit : digits) {
    if (const auto code = dtmf_code(digit); !code) return pass(code);
  }
  return {};
}

Result<void> validate_attributes(const std::map<std::string, std::string>& attributes) {
  std::size_t size = 0;
  for (const auto& [key, value] : attributes) {
    if (key.empty()) return fail(Errc::kInvalidArgument, "an attribute needs a name");
    size += key.size() + value.size();
  }
  if (size > kMaxAttributes) {
    return fail(Errc::kInvalidArgument, fmt::format("attributes are over {} KiB", kMaxAttributes / 1024));
  }
  const auto is_text = [](const auto& entry) { return is_utf8(entry.first) && is_utf8(entry.second); };
  if (!std::all_of(attributes.begin(), attributes.end(), is_text)) {
    return fail(Errc::kInvalidArgument, "attributes must be UTF-8");
  }
  return {};
}

Result<void> validate_data(std::string_view payload, std::string_view topic) {
  if (payload.empty() || payload.size() > kMaxData || topic.size() > kMaxTopic) {
    return fail(Errc::kInvalidArgument,
                fmt::format("data must have 1 to {} bytes, its topic at most {}", kMaxData, kMaxTopic));
  }
  if (!is_utf8(topic)) return fail(Errc::kInvalidArgument, "the topic of data must be UTF-8");
  return {};
}

}  // namespace call_agent::livekit::rtc
