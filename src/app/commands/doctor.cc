#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

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

struct Options {
  bool json = false;
  std::string agent_name = "calling_agent";
};

int examine(const Options& options, const Invocation& invocation) {
  const auto settings = Settings::load(invocation.env_file);
  if (!settings) return report_failure(settings.error());
  auto findings = check_variables(*settings);
  const auto add = [&](std::vector<Finding> more) { std::ranges::move(more, std::back_inserter(findings)); };
  add(ask_livekit(*settings));
  findings.push_back(check_worker(options.agent_name));
  findings.push_back(check_call_log());
  findings.push_back(check_numbers());
  add(check_files());

  if (options.json) {
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
  auto options = std::make_shared<Options>();
  command->add_flag("--json", options->json, "For programs");
  command->add_option("--agent-name", options->agent_name, "The LiveKit agent that takes the calls")
      ->capture_default_str();
  command->callback(
      [options, &invocation] { invocation.run = [options, &invocation] { return examine(*options, invocation); }; });
}

}  // namespace call_agent::app
