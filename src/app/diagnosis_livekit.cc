#include <fmt/format.h>

#include <algorithm>

#include "app/diagnosis.h"
#include "app/terminal_text.h"
#include "livekit/api/sip.h"
#include "livekit/api/twirp.h"
#include "net/loopback.h"

namespace call_agent::app {
namespace {

using Status = Finding::Status;
using livekit::api::OutboundTrunk;
using livekit::api::TwirpError;

Finding refusal(const TwirpError& failed) {
  const auto& what = failed.error.what;
  switch (failed.error.code) {
    case Errc::kPermission:
      // Without LiveKit's own words: they may repeat the token.
      return {Status::kBad, "LiveKit", "it does not accept the key",
              "LIVEKIT_API_KEY and LIVEKIT_API_SECRET must belong together, and to the project of LIVEKIT_URL"};
    case Errc::kUnavailable:
    case Errc::kDeadline:
      return {Status::kBad, "LiveKit", "it does not answer: " + what,
              "check LIVEKIT_URL and the network; locally, ./run stack status"};
    case Errc::kInvalidArgument:
      return {Status::kBad, "LiveKit", what, "mend the variable it names"};
    default:
      return {Status::kBad, "LiveKit", what, "is this the address of a LiveKit server with SIP?"};
  }
}

Finding check_trunk(const std::vector<OutboundTrunk>& trunks, const std::string& wanted, bool loopback_only) {
  if (wanted.empty()) return {Status::kBad, "SIP trunk", "not chosen", "set SIP_OUTBOUND_TRUNK_ID"};
  const auto trunk = std::ranges::find(trunks, wanted, &OutboundTrunk::id);
  if (trunk == trunks.end()) {
    std::string others;
    for (const auto& known : trunks) others += (others.empty() ? "" : ", ") + printable(known.id, 40);
    return {Status::kBad, "SIP trunk", fmt::format("{} does not exist", printable(wanted, 40)),
            others.empty() ? "create an outbound trunk; locally, ./run stack up does"
                           : "set SIP_OUTBOUND_TRUNK_ID to one of " + others};
  }
  if (loopback_only && !net::is_loopback(trunk->address)) {
    return {Status::kNeeded, "SIP trunk",
            fmt::format("{} leads beyond this machine ({}), where an agent without a language model may not call",
                        trunk->id, printable(trunk->address, 80)),
            "set LLM_BASE_URL and LLM_MODEL for calling-agent, or give both it and doctor --allow-scripted"};
  }
  if (trunk->numbers.empty()) {
    return {Status::kWarning, "SIP trunk", fmt::format("{} has no number to call from", trunk->id),
            "add one, or providers will refuse its calls"};
  }
  return {Status::kGood, "SIP trunk",
          fmt::format("{} ({}) calls through {}", trunk->id, printable(trunk->name, 40), printable(trunk->address, 80)),
          ""};
}

}  // namespace

awaitable<std::vector<Finding>> check_livekit(LiveKitConfig config, bool loopback_only, milliseconds limit) {
  std::vector<Finding> findings;
  const auto executor = co_await asio::this_coro::executor;
  livekit::api::TwirpClient::Config access{.url = config.url,
                                           .key = {.key = config.api_key, .secret = config.api_secret}};
  auto client = livekit::api::TwirpClient::create(executor, std::move(access));
  if (!client) {
    findings.push_back(refusal(TwirpError{.error = client.error()}));
    co_return findings;
  }
  livekit::api::SipService sip(**client);
  const auto start = Clock::now();
  const auto trunks = co_await sip.list_trunks(Deadline::after(limit));
  if (!trunks) {
    findings.push_back(refusal(trunks.error()));
    co_return findings;
  }
  const auto took = std::chrono::duration_cast<milliseconds>(Clock::now() - start).count();
  findings.push_back({Status::kGood, "LiveKit", fmt::format("answers in {} ms and accepts the key", took), ""});
  findings.push_back(check_trunk(*trunks, config.trunk_id, loopback_only));
  co_return findings;
}

}  // namespace call_agent::app
