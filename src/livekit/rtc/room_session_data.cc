// What a session sends besides audio.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/log.h"
#include "livekit/rtc/join_options.h"
#include "livekit/rtc/redact.h"
#include "livekit/rtc/room_session.h"

namespace call_agent::livekit::rtc {
namespace {

constexpr milliseconds kSendTimeout{5000};
constexpr milliseconds kAttributesTimeout{1'500};
// A digit sounds for a quarter of a second at the telephone; sent closer together they would run into each other.
constexpr milliseconds kDigitSpacing{300};
constexpr std::size_t kMaxDigits = 64;
constexpr std::size_t kMaxAttributes = 64 * 1024;
// LiveKit's own limit for one reliable packet.
constexpr std::size_t kMaxData = 15 * 1024;
constexpr std::size_t kMaxTopic = 256;

Result<void> outcome(const char* what, const std::string& error) {
  if (error.empty()) return {};
  return fail(Errc::kUnavailable, fmt::format("{}: {}", what, redact_secrets(error)));
}

std::unexpected<Error> left_room() {
  return fail(Errc::kUnavailable, "the room has been left");
}

}  // namespace

awaitable<Result<void>> RoomSession::send_dtmf(std::string_view digits) {
  if (digits.empty() || digits.size() > kMaxDigits) {
    co_return fail(Errc::kInvalidArgument, fmt::format("send 1 to {} DTMF digits at a time", kMaxDigits));
  }
  const std::string owned(digits);
  for (const char digit : owned) {
    if (const auto code = dtmf_code(digit); !code) co_return pass(code);
  }
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
  if (ended_) co_return left_room();
  std::size_t size = 0;
  proto::FfiRequest request;
  auto& set = *request.mutable_set_local_attributes();
  set.set_local_participant_handle(local_participant_.id());
  for (auto& [key, value] : attributes) {
    if (key.empty()) co_return fail(Errc::kInvalidArgument, "an attribute needs a name");
    size += key.size() + value.size();
    auto& entry = *set.add_attributes();
    entry.set_key(key);
    entry.set_value(std::move(value));
  }
  if (size > kMaxAttributes) co_return fail(Errc::kInvalidArgument, "attributes are over 64 KiB");
  // Now and then the library misses the server's confirmation and never answers; to say the same twice does no harm.
  auto reply = co_await client_.call(request, Deadline::after(kAttributesTimeout));
  if (!reply && reply.error().code == Errc::kDeadline && !ended_) {
    reply = co_await client_.call(std::move(request), Deadline::after(kAttributesTimeout));
  }
  if (!reply) co_return pass(reply);
  co_return outcome("setting attributes", reply->set_local_attributes().error());
}

awaitable<Result<void>> RoomSession::send_data(std::string_view payload, std::string_view topic) {
  if (ended_) co_return left_room();
  if (payload.empty() || payload.size() > kMaxData || topic.size() > kMaxTopic) {
    co_return fail(Errc::kInvalidArgument, "data must have 1 to 15360 bytes, its topic at most 256");
  }
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
