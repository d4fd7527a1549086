#include "livekit/rtc/redact.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

namespace call_agent::livekit::rtc {
namespace {

constexpr std::string_view kMask = "<redacted>";
// Longest first where one is the end of another: the name nearest the value is what is printed before the mask.
constexpr std::array<std::string_view, 8> kSecretNames{"access_token",  "credential", "password", "ice-pwd",
                                                       "authorization", "bearer",     "secret",   "token"};

bool is_token_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
}

/// Length of the JWT that starts at `text`, else 0: base64url of `{"…`, a dot, two more parts (the last may be cut).
std::size_t jwt_length(std::string_view text) {
  if (!text.starts_with("eyJ")) return 0;
  const auto is_jwt_char = [](char c) { return is_token_char(c) || c == '.' || c == '='; };
  const auto end = std::find_if_not(text.begin(), text.end(), is_jwt_char);
  const auto length = static_cast<std::size_t>(end - text.begin());
  return text.substr(0, length).find('.') == std::string_view::npos ? 0 : length;
}

bool starts_with_name(std::string_view text, std::string_view name) {
  return text.size() >= name.size() && std::equal(name.begin(), name.end(), text.begin(), [](char a, char b) {
           return a == std::tolower(static_cast<unsigned char>(b));
         });
}

/// Where the value of a secret-bearing `name` begins, counted from the end of the name; 0 if none follows it.
std::size_t value_offset(std::string_view after_name) {
  std::size_t at = 0;
  bool separated = false;
  while (at < after_name.size()) {
    const char c = after_name[at];
    if (c == '=' || c == ':') separated = true;
    if (c != '=' && c != ':' && c != ' ' && c != '"' && c != '\\' && c != '\'') break;
    ++at;
  }
  return separated && at < after_name.size() ? at : 0;
}

std::size_t value_length(std::string_view value) {
  return std::min(value.find_first_of(" \t\r\n\"'\\,;&)}]"), value.size());
}

}  // namespace

std::string redact_secrets(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  bool word_start = true;
  while (at < text.size()) {
    const std::string_view rest = text.substr(at);
    if (const std::size_t length = jwt_length(rest); length > 0) {
      out += kMask;
      at += length;
      continue;
    }
    if (word_start) {
      const auto name = std::find_if(kSecretNames.begin(), kSecretNames.end(),
                                     [&](std::string_view n) { return starts_with_name(rest, n); });
      if (name != kSecretNames.end()) {
        if (const std::size_t offset = value_offset(rest.substr(name->size())); offset > 0) {
          const std::size_t value_at = name->size() + offset;
          std::size_t length = value_length(rest.substr(value_at));
          // "Authorization: Bearer …": the scheme is a word of its own, the secret is what follows it.
          if (starts_with_name(rest.substr(value_at), "bearer ")) {
            length = 7 + value_length(rest.substr(value_at + 7));
          }
          out += rest.substr(0, value_at);
          out += kMask;
          at += value_at + length;
          word_start = true;
          continue;
        }
      }
    }
    word_start = !is_token_char(rest.front());
    out += rest.front();
    ++at;
  }
  return out;
}

}  // namespace call_agent::livekit::rtc
