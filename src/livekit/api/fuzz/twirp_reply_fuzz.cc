#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "livekit/api/dispatch.h"
#include "livekit/api/rooms.h"
#include "livekit/api/sip.h"
#include "livekit/api/twirp.h"

/// Whatever stands where LiveKit should: an error of any status, which the first byte chooses, says something and
/// brings no impossible SIP status; a message of any kind is read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace call_agent;
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const int status = 400 + data[0];
  const auto error = livekit::api::parse_twirp_error(status, body);
  if (error.http_status != status || error.error.what.empty()) std::abort();
  if (error.sip_status_code && (*error.sip_status_code < 100 || *error.sip_status_code >= 700)) std::abort();
  const auto message = parse_json(body);
  if (!message) return 0;
  (void)livekit::api::parse_room(*message);
  (void)livekit::api::parse_outbound_trunk(*message);
  const auto participant = livekit::api::parse_participant(*message);
  if (participant.state > livekit::api::Participant::State::kDisconnected) std::abort();
  const auto dispatch = livekit::api::parse_dispatch(*message);
  for (const auto& job : dispatch.jobs) {
    if (job.status > livekit::api::Dispatch::Job::Status::kFailed) std::abort();
  }
  return 0;
}
