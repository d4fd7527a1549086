#include "app/livekit_config.h"

#include <boost/url/parse.hpp>

#include "net/loopback.h"

namespace call_agent::app {

Result<LiveKitConfig> LiveKitConfig::from(const Settings& settings, Needs needs) {
  LiveKitConfig config;
  std::string problems;
  const auto take = [&](std::string_view name, std::string& into) {
    if (auto value = settings.require(name)) {
      into = std::move(*value);
    } else {
      problems += (problems.empty() ? "" : "\n") + value.error().what;
    }
  };
  take("LIVEKIT_URL", config.url);
  take("LIVEKIT_API_KEY", config.api_key);
  take("LIVEKIT_API_SECRET", config.api_secret);
  if (needs == Needs::kServerAndTrunk) take("SIP_OUTBOUND_TRUNK_ID", config.trunk_id);
  if (!problems.empty()) return fail(Errc::kInvalidArgument, problems);

  const auto url = boost::urls::parse_uri(config.url);
  const auto scheme = url ? std::string_view(url->scheme()) : std::string_view{};
  if (!url || url->host().empty() || !(scheme == "ws" || scheme == "wss" || scheme == "http" || scheme == "https")) {
    return fail(Errc::kInvalidArgument,
                "LIVEKIT_URL must be like wss://my-project.livekit.cloud or ws://127.0.0.1:7880");
  }
  if (config.url.starts_with("http")) config.url.replace(0, 4, "ws");
  return config;
}

bool LiveKitConfig::loopback() const {
  const auto parsed = boost::urls::parse_uri(url);
  return parsed && net::is_loopback(parsed->encoded_host());
}

}  // namespace call_agent::app
