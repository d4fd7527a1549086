#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "livekit/api/test_key.h"
#include "livekit/api/webhook.h"

/// Any body, genuinely signed, is an event that has a name or is refused as none; with a byte more it is a forgery.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace call_agent;
  using namespace call_agent::livekit::api;
  const std::string body(reinterpret_cast<const char*>(data), size);
  const std::string signature = sign_webhook(body);
  const auto event = receive_webhook(body, signature, kKey, kNow);
  if (event ? event->event.empty() : event.error().code != Errc::kInvalidArgument) std::abort();
  const auto forged = receive_webhook(body + " ", signature, kKey, kNow);
  if (forged || forged.error().code != Errc::kPermission) std::abort();
  // As a signature the body is somebody else's, whatever it holds.
  const auto guessed = receive_webhook("{}", body, kKey, kNow);
  if (guessed || guessed.error().code != Errc::kPermission || guessed.error().what.contains(kKey.secret)) std::abort();
  return 0;
}
