// What a session sends besides audio.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/log.h"
#include "livekit/rtc/outgoing.h"
#include "livekit/rtc/redact.h"
#include "livekit/rtc/room_session.h"

namespace call_agent::livekit::rtc {
namespace {

constexpr milliseconds kSendTimeout{5000};
constexpr milliseconds kAttributesTimeout{1'500};
// A digit sounds for a quarter of a second at the telephone; sent closer together they would run into each other.
constexpr milliseconds kDigitSpacing{300};

Result<void> outcome(const char* what, const std::string& error) {
  if (error.empty()) return {};
  return fail(Errc::kUnavailable, fmt::format("{}: {}", what, redact_secrets(error)));
}

std::unexpected<Error> left_room() {
  return fail(Errc::kUnavailable, "the room has been left");
}

}  // namespace

awaitable<Result<void>> RoomSession::send_dtmf(std::string_view digits) {
  if (const auto valid = validate_digits(digits); !valid) co_return valid;
  const std::string owned(digits);
  for (std::size_t i = 0; i < owned.size(); ++i) {
    if (i > 0) co_await sleep_for(kDigitSpacing);
    if (ended_) co_return left_room();
    proto::FfiRequest request;
    auto& dtmf = *request.mutable_publish_sip_dtmf();
    dtmf.set_local_participant_handle(local_participant_.id());
    dtmf.set_code(*dtmf_code(owned[i]));
    dtmf.set_digit(std::string(1, owned[i]));
    const auto reply = co_await client_.call(std::move(request), Deadline::after(kSendTimeout));
    if (!reply) co_return pass(reply);
    if (const auto sent = outcome("sending DTMF", reply->publish_sip_dtmf().error()); !sent) co_return sent;
  }
  co_return Result<void>();
}

awaitable<Result<void>> RoomSession::set_attributes(std::map<std::string, std::string> attributes) {
  if (const auto valid = validate_attributes(attributes); !valid) co_return valid;
  if (ended_) co_return left_room();
  proto::FfiRequest request;
  auto& set = *request.mutable_set_local_attributes();
  set.set_local_participant_handle(local_participant_.id());
  for (auto& [key, value] : attributes) {
    auto& entry = *set.add_attributes();
    entry.set_key(key);
    entry.set_value(std::move(value));
  }
  // Now and then the library misses the server's confirmation and never answers; to say the same twice does no harm.
  auto reply = co_await client_.call(request, Deadline::after(kAttributesTimeout));
  if (!reply && reply.error().code == Errc::kDeadline && !ended_) {
    reply = co_await client_.call(std::move(request), Deadline::after(kAttributesTimeout));
  }
  if (!reply) co_return pass(reply);
  co_return outcome("setting attributes", reply->set_local_attributes().error());
}

awaitable<Result<void>> RoomSession::send_data(std::string_view payload, std::string_view topic) {
  if (const auto valid = validate_data(payload, topic); !valid) co_return valid;
  if (ended_) co_return left_room();
  const auto bytes = std::make_shared<const std::string>(payload);
  proto::FfiRequest request;
  auto& data = *request.mutable_publish_data();
  data.set_local_participant_handle(local_participant_.id());
  data.set_data_ptr(reinterpret_cast<std::uint64_t>(bytes->data()));
  data.set_data_len(bytes->size());
  data.set_reliable(true);
  if (!topic.empty()) data.set_topic(std::string(topic));
  const auto reply = co_await client_.call(std::move(request), Deadline::after(kSendTimeout), bytes);
  if (!reply) co_return pass(reply);
  co_return outcome("sending data", reply->publish_data().error());
}

}  // namespace call_agent::livekit::rtc
