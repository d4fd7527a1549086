#include "livekit/api/base64.h"

namespace call_agent::livekit::api {
namespace {

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode(std::span<const std::uint8_t> bytes, std::string_view alphabet) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  int held = 0;
  for (const std::uint8_t byte : bytes) {
    bits = (bits << 8U) | byte;
    held += 8;
    while (held >= 6) {
      held -= 6;
      out += alphabet[(bits >> held) & 63U];
    }
  }
  if (held > 0) out += alphabet[(bits << (6 - held)) & 63U];
  return out;
}

}  // namespace

std::string base64(std::span<const std::uint8_t> bytes) {
  std::string out = encode(bytes, kStandard);
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::string base64url(std::string_view bytes) {
  return encode({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, kUrl);
}

Result<std::string> from_base64url(std::string_view text) {
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const auto value = kUrl.find(c);
    if (value == std::string_view::npos) return fail(Errc::kInvalidArgument, "not base64url");
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>((bits >> held) & 255U);
    }
  }
  // Left-over bits must be zero, and six of them are a lone character: two texts must not mean the same bytes.
  const bool stray = held == 6 || (bits & ((1U << held) - 1U)) != 0;
  if (stray) return fail(Errc::kInvalidArgument, "not base64url");
  return out;
}

}  // namespace call_agent::livekit::api
