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

struct Options {
  bool json = false;
  std::string agent_name = "calling_agent";
  bool allow_scripted = false;
};

std::vector<Finding> ask_livekit(const Settings& settings, bool allow_scripted) {
  auto config = LiveKitConfig::from(settings, LiveKitConfig::Needs::kServer);
  if (!config) {
    const bool missing =
        !settings.get("LIVEKIT_URL") || !settings.get("LIVEKIT_API_KEY") || !settings.get("LIVEKIT_API_SECRET");
    return {
        {Finding::Status::kBad, "LiveKit", missing ? "not asked: see its variables above" : config.error().what, ""}};
  }
  config->trunk_id = settings.get_or("SIP_OUTBOUND_TRUNK_ID", "");
  const bool loopback_only = !settings.get("LLM_BASE_URL") && !allow_scripted;
  asio::io_context io(1);
  std::vector<Finding> findings;
  asio::co_spawn(io, check_livekit(std::move(*config), loopback_only, kLiveKitLimit),
                 [&](std::exception_ptr error, std::vector<Finding> found) {
                   if (error) std::rethrow_exception(error);
                   findings = std::move(found);
                 });
  io.run();
  return findings;
}

int examine(const Options& options, const Invocation& invocation) {
  const auto settings = Settings::load(invocation.env_file);
  if (!settings) return report_failure(settings.error());
  auto findings = check_variables(*settings);
  const auto add = [&](std::vector<Finding> more) { std::ranges::move(more, std::back_inserter(findings)); };
  add(ask_livekit(*settings, options.allow_scripted));
  findings.push_back(check_worker(options.agent_name));
  findings.push_back(check_call_log());
  findings.push_back(check_numbers());
  add(check_files());
  const auto [text, exit_status] = verdict(findings);

  if (options.json) {
    std::cout << dump_json(to_json(findings), 2) << "\n";
  } else {
    std::cout << findings_text(findings) << text << "\n";
  }
  return exit_status;
}

}  // namespace

void add_doctor(CLI::App& cli, Invocation& invocation) {
  auto* command = cli.add_subcommand("doctor", "What is missing or wrong, and how to mend it; rings nobody");
  auto options = std::make_shared<Options>();
  command->add_flag("--json", options->json, "For programs");
  command->add_option("--agent-name", options->agent_name, "The LiveKit agent that takes the calls")
      ->capture_default_str();
  command->add_flag("--allow-scripted", options->allow_scripted, "The worker is started with --allow-scripted");
  command->footer(
      "Exit status: 0 if calls can be made, 1 if something is bad, 3 if something is needed that is not seen here, "
      "such as a worker.");
  command->callback(
      [options, &invocation] { invocation.run = [options, &invocation] { return examine(*options, invocation); }; });
}

}  // namespace call_agent::app
