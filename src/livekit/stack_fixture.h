#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <string>
#include <string_view>

#include "core/base64.h"
#include "core/id.h"
#include "core/json.h"
#include "net/http.h"

/// For the tests that need a real LiveKit server: where it is, tokens for it, and its API. Header-only, tests only.
namespace call_agent::test {

struct Stack {
  std::string url;
  std::string key;
  std::string secret;

  /// Throws unless LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET name a server on this machine: a test must
  /// never reach a real account.
  static Stack from_environment() {
    const auto variable = [](const char* name) {
      const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
      if (value == nullptr || *value == '\0') {
        throw std::runtime_error(std::string(name) + " is not set; start a local LiveKit with ./run stack up");
      }
      return std::string(value);
    };
    Stack stack{variable("LIVEKIT_URL"), variable("LIVEKIT_API_KEY"), variable("LIVEKIT_API_SECRET")};
    if (!stack.url.starts_with("ws://127.0.0.1:") && !stack.url.starts_with("ws://localhost:")) {
      throw std::runtime_error("LIVEKIT_URL is not on this machine");
    }
    return stack;
  }

  /// `kind` is "standard", "sip", "agent"…: what the server says that the participant is.
  std::string token(std::string_view identity, Json video, std::string_view with_secret,
                    std::string_view kind = "standard") const {
    const auto now = static_cast<std::int64_t>(std::time(nullptr));
    const Json claims = {{"iss", key},        {"sub", identity}, {"nbf", now - 10},
                         {"exp", now + 3600}, {"kind", kind},    {"video", std::move(video)}};
    const std::string text = base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + base64url(dump_json(claims));
    std::string mac(32, '\0');
    unsigned size = 32;
    HMAC(EVP_sha256(), with_secret.data(), static_cast<int>(with_secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), reinterpret_cast<unsigned char*>(mac.data()),
         &size);
    return text + "." + base64url(mac);
  }
  std::string room_token(std::string_view identity, std::string_view room, std::string_view kind = "standard") const {
    return token(identity, {{"roomJoin", true}, {"room", room}, {"canUpdateOwnMetadata", true}}, secret, kind);
  }
  std::string worker_token() const { return token("", {{"agent", true}}, secret); }

  /// Calls "RoomService/DeleteRoom" and the like with every grant on `room`. Throws if the server refuses.
  awaitable<Json> api(net::HttpClient& http, std::string method, Json body, std::string room) const {
    const Json grants = {{"roomAdmin", true}, {"roomCreate", true}, {"roomList", true}, {"room", room}};
    net::HttpRequest request;
    request.method = "POST";
    request.url = "http" + url.substr(2) + "/twirp/livekit." + method;
    request.headers = {{"Authorization", "Bearer " + token("", grants, secret)}, {"Content-Type", "application/json"}};
    request.body = dump_json(body);
    const auto response = co_await http.send(std::move(request), Deadline::after(milliseconds{10'000}));
    if (!response) throw std::runtime_error(method + ": " + response.error().what);
    if (response->status != 200) throw std::runtime_error(method + ": " + response->body);
    auto json = parse_json(response->body);
    if (!json) throw std::runtime_error(method + ": " + json.error().what);
    co_return std::move(*json);
  }
};

inline std::string new_room() {
  return new_id("test-room-");
}

}  // namespace call_agent::test
