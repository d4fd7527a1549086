#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <iostream>
#include <iterator>
#include <memory>

#include "app/command.h"
#include "app/diagnosis.h"

namespace call_agent::app {
namespace {

constexpr milliseconds kLiveKitLimit{5'000};

std::vector<Finding> ask_livekit(const Settings& settings) {
  auto config = LiveKitConfig::from(settings, LiveKitConfig::Needs::kServer);
  if (!config) {
    const bool missing =
        !settings.get("LIVEKIT_URL") || !settings.get("LIVEKIT_API_KEY") || !settings.get("LIVEKIT_API_SECRET");
    return {
        {Finding::Status::kBad, "LiveKit", missing ? "not asked: see its variables above" : config.error().what, ""}};
  }
  config->trunk_id = settings.get_or("SIP_OUTBOUND_TRUNK_ID", "");
  asio::io_context io(1);
  std::vector<Finding> findings;
  asio::co_spawn(io, check_livekit(std::move(*config), kLiveKitLimit),
                 [&](std::exception_ptr error, std::vector<Finding> found) {
                   if (error) std::rethrow_exception(error);
                   findings = std::move(found);
                 });
  io.run();
  return findings;
}

int examine(const Invocation& invocation, bool json) {
  const auto settings = Settings::load(invocation.env_file);
  if (!settings) return report_failure(settings.error());
  auto findings = check_variables(*settings);
  const auto add = [&](std::vector<Finding> more) { std::ranges::move(more, std::back_inserter(findings)); };
  add(ask_livekit(*settings));
  findings.push_back(check_worker());
  findings.push_back(check_call_log());
  findings.push_back(check_numbers());
  add(check_files());

  if (json) {
    std::cout << dump_json(to_json(findings), 2) << "\n";
  } else {
    std::cout << findings_text(findings)
              << (healthy(findings) ? "Calls can be made.\n" : "Calls cannot be made until what is bad is mended.\n");
  }
  return healthy(findings) ? 0 : 1;
}

}  // namespace

void add_doctor(CLI::App& cli, Invocation& invocation) {
  auto* command = cli.add_subcommand("doctor", "What is missing or wrong, and how to mend it; rings nobody");
  auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "For programs");
  command->callback(
      [json, &invocation] { invocation.run = [json, &invocation] { return examine(invocation, *json); }; });
}

}  // namespace call_agent::app
