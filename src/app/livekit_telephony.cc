#include "app/livekit_telephony.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/dial_outcome.h"
#include "calls/job.h"
#include "net/loopback.h"

namespace call_agent::app {
namespace {

namespace api = livekit::api;

/// Rooms of calls that came to nothing vanish by themselves even if nobody is left to delete them.
constexpr std::chrono::seconds kEmptyTimeout{60};
constexpr std::chrono::seconds kDepartureTimeout{5};

/// Between looks for the agent, unless the server is further away than that.
constexpr milliseconds kLookEvery{25};
/// livekit-server lists a dispatch's jobs only 5 s after it was made, taken at once or not: to ask again sooner would
/// bring two agents to one call.
constexpr milliseconds kRenewAfter{5'500};
/// Every step of looking has a limit of its own, so that a lost packet does not cost the call.
constexpr milliseconds kOneLook{3'000};
constexpr milliseconds kDeleteLimit{5'000};

constexpr milliseconds kShortestRinging{1'000};
constexpr milliseconds kLongestRinging{80'000};
constexpr milliseconds kLongestCall{24 * 3'600'000};

Error explain(const api::TwirpError& error) {
  if (error.error.code == Errc::kPermission) {
    return {Errc::kPermission, "LiveKit refused our token: check LIVEKIT_API_KEY and LIVEKIT_API_SECRET"};
  }
  if (error.http_status == 0 && error.error.code == Errc::kUnavailable) {
    return {Errc::kUnavailable, fmt::format("{}: check LIVEKIT_URL", error.error.what)};
  }
  return error.error;
}

/// Trouble that may pass while we wait.
bool passing(const api::TwirpError& error) {
  return error.error.code == Errc::kUnavailable || error.error.code == Errc::kDeadline ||
         error.error.code == Errc::kOverloaded;
}

bool alive(const api::Dispatch::Job& job) {
  using Status = api::Dispatch::Job::Status;
  return job.status == Status::kPending || job.status == Status::kRunning;
}

}  // namespace

Result<std::unique_ptr<LiveKitTelephony>> LiveKitTelephony::create(const asio::any_io_executor& executor,
                                                                   LiveKitConfig config, std::string agent_name) {
  auto twirp = api::TwirpClient::create(
      executor, {.url = config.url, .key = {.key = config.api_key, .secret = config.api_secret}});
  if (!twirp) return pass(twirp);
  return std::unique_ptr<LiveKitTelephony>(
      new LiveKitTelephony(std::move(*twirp), std::move(config.trunk_id), std::move(agent_name)));
}

LiveKitTelephony::LiveKitTelephony(std::unique_ptr<api::TwirpClient> twirp, std::string trunk_id,
                                   std::string agent_name)
    : twirp_(std::move(twirp)),
      rooms_(*twirp_),
      dispatches_(*twirp_),
      sip_(*twirp_),
      trunk_id_(std::move(trunk_id)),
      agent_name_(std::move(agent_name)) {}

awaitable<Result<void>> LiveKitTelephony::dispatch(std::string room, std::string metadata, Deadline deadline) {
  api::RoomService::Create create{.name = room, .empty_timeout = kEmptyTimeout, .departure_timeout = kDepartureTimeout};
  const auto created = co_await rooms_.create(std::move(create), deadline);
  if (!created) co_return std::unexpected(explain(created.error()));
  api::DispatchService::Create ask{.room = room, .agent_name = agent_name_, .metadata = std::move(metadata)};
  const auto asked = co_await dispatches_.create(std::move(ask), deadline);
  if (!asked) co_return std::unexpected(explain(asked.error()));
  co_return Result<void>{};
}

awaitable<Result<LiveKitTelephony::Agent>> LiveKitTelephony::agent_ready(std::string room, Deadline deadline) {
  std::string missing = "no agent was ready in time: is `call-agent calling-agent` running?";
  std::string metadata;
  auto renew_at = Clock::now() + kRenewAfter;
  while (!deadline.passed()) {
    const auto asked = Clock::now();
    const auto found = co_await ready(room, deadline.or_sooner(kOneLook));
    if (found && *found) co_return **found;
    if (!found && !passing(found.error())) co_return std::unexpected(explain(found.error()));
    if (!found && !deadline.passed()) missing = explain(found.error()).what;

    if (Clock::now() >= renew_at) {
      const auto renewed = co_await renew_dispatch(room, metadata, deadline.or_sooner(kOneLook));
      if (!renewed && !passing(renewed.error())) co_return std::unexpected(explain(renewed.error()));
      missing = renewed ? *renewed : explain(renewed.error()).what;
      renew_at = Clock::now() + kRenewAfter;
    }
    const auto round_trip = std::chrono::ceil<milliseconds>(Clock::now() - asked);
    co_await sleep_for(std::min(std::max(kLookEvery, round_trip), deadline.left()));
  }
  co_return fail(Errc::kDeadline, std::move(missing));
}

awaitable<api::TwirpResult<std::optional<LiveKitTelephony::Agent>>> LiveKitTelephony::ready(const std::string& room,
                                                                                            Deadline deadline) {
  const auto present = co_await rooms_.participants(room, deadline);
  if (!present) co_return std::unexpected(present.error());
  const auto says = [](const api::Participant& participant, std::string_view attribute, std::string_view value) {
    const auto found = participant.attributes.find(std::string(attribute));
    return found != participant.attributes.end() && found->second == value;
  };
  for (const auto& one : *present) {
    if (one.kind != api::Participant::Kind::kAgent || !says(one, calls::kAgentStateAttribute, calls::kReady)) continue;
    co_return Agent{.loopback_only = says(one, calls::kAgentReachAttribute, calls::kLoopbackOnly)};
  }
  co_return std::nullopt;
}

awaitable<api::TwirpResult<std::string>> LiveKitTelephony::renew_dispatch(const std::string& room,
                                                                          std::string& metadata, Deadline deadline) {
  auto ours = co_await dispatches_.list(room, deadline);
  if (!ours) co_return std::unexpected(ours.error());
  // livekit-server adds a dispatch of its own to every room, for agents without a name.
  std::erase_if(*ours, [&](const api::Dispatch& dispatch) { return dispatch.agent_name != agent_name_; });
  std::string failure;
  for (const auto& dispatch : *ours) {
    if (std::ranges::any_of(dispatch.jobs, alive))
      co_return "a worker took the job, but its agent was not ready in time";
    for (const auto& job : dispatch.jobs) failure = job.error;
    metadata = dispatch.metadata;
  }
  for (const auto& dispatch : *ours) {
    // Withdrawn first: if a worker takes it after all, its agent is told to leave.
    const auto withdrawn = co_await dispatches_.remove(room, dispatch.id, deadline);
    if (!withdrawn && withdrawn.error().error.code != Errc::kNotFound) co_return std::unexpected(withdrawn.error());
  }
  api::DispatchService::Create again{.room = room, .agent_name = agent_name_, .metadata = metadata};
  const auto asked = co_await dispatches_.create(std::move(again), deadline);
  if (!asked) co_return std::unexpected(asked.error());
  if (!failure.empty()) co_return fmt::format("the agent's job failed: {}", failure);
  co_return fmt::format("no worker took the job: is `call-agent calling-agent` running? (agent name {})", agent_name_);
}

awaitable<std::optional<calls::DialResult>> LiveKitTelephony::refuse_beyond_loopback() {
  const auto trunks = co_await sip_.list_trunks(Deadline::after(kOneLook));
  if (!trunks) {
    const auto why = dial_outcome(trunks.error(), trunk_id_);
    co_return why ? calls::DialResult(*why)
                  : calls::DialResult{.outcome = calls::Outcome::kTrunkError,
                                      .detail = "the trunk's address could not be looked up: " + why.error().what};
  }
  const auto ours = std::ranges::find(*trunks, trunk_id_, &api::OutboundTrunk::id);
  // A trunk that does not exist is for the dial to report.
  if (ours == trunks->end() || net::is_loopback(ours->address)) co_return std::nullopt;
  co_return calls::DialResult{
      .outcome = calls::Outcome::kPolicyRefused,
      .detail =
          "the agent has no language model, only a script, so it may not call phones beyond this machine: set "
          "LLM_BASE_URL and LLM_MODEL for calling-agent, or start it with --allow-scripted"};
}

awaitable<Result<calls::DialResult>> LiveKitTelephony::dial(Dial dial) {
  if (dial.loopback_only) {
    if (auto refused = co_await refuse_beyond_loopback()) co_return std::move(*refused);
  }
  api::SipDial request{
      .trunk_id = trunk_id_,
      .call_to = std::move(dial.phone_number),
      .room = std::move(dial.room),
      .participant_identity = std::move(dial.callee_identity),
      .wait_until_answered = true,
      .ringing_timeout = std::clamp(dial.ringing_timeout, kShortestRinging, kLongestRinging),
      .max_call_duration = std::clamp(dial.max_duration, milliseconds{0}, kLongestCall),
  };
  const auto answered = co_await sip_.dial(std::move(request));
  if (answered) co_return calls::DialResult{.answered = true};
  co_return dial_outcome(answered.error(), trunk_id_);
}

awaitable<Result<void>> LiveKitTelephony::check(Deadline deadline) {
  const auto trunks = co_await sip_.list_trunks(deadline);
  if (!trunks) co_return std::unexpected(explain(trunks.error()));
  if (std::ranges::find(*trunks, trunk_id_, &api::OutboundTrunk::id) == trunks->end()) {
    co_return fail(Errc::kInvalidArgument, fmt::format("trunk {} unknown: check SIP_OUTBOUND_TRUNK_ID", trunk_id_));
  }
  co_return Result<void>{};
}

awaitable<Result<void>> LiveKitTelephony::delete_room(std::string room) {
  const auto deleted = co_await rooms_.remove(std::move(room), Deadline::after(kDeleteLimit));
  if (deleted || deleted.error().error.code == Errc::kNotFound) co_return Result<void>{};
  co_return std::unexpected(explain(deleted.error()));
}

awaitable<Result<calls::Telephony::Occupancy>> LiveKitTelephony::occupancy(std::string room) {
  const auto present = co_await rooms_.participants(room, Deadline::after(kOneLook));
  if (!present && present.error().error.code == Errc::kNotFound) co_return Occupancy{};
  if (!present) co_return std::unexpected(explain(present.error()));
  const auto holds = [&](api::Participant::Kind kind) {
    return std::ranges::find(*present, kind, &api::Participant::kind) != present->end();
  };
  co_return Occupancy{.callee = holds(api::Participant::Kind::kSip), .agent = holds(api::Participant::Kind::kAgent)};
}

}  // namespace call_agent::app
