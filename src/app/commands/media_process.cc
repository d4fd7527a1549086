#include <CLI/CLI.hpp>

#include "app/command.h"
#include "app/livekit_config.h"
#include "app/worker/media_process.h"
#include "app/worker/worker_arguments.h"
#include "core/log.h"
#include "core/paths.h"
#include "core/settings.h"

namespace call_agent::app {
namespace {

struct Options {
  WorkerArguments worker;
  int capacity = 8;
  int slot = 0;
};

int serve(const Options& options, const Invocation& invocation) {
  log::set_tag("media-" + std::to_string(options.slot));
  const auto settings = Settings::load(invocation.env_file);
  if (!settings) return report_failure(settings.error());
  auto livekit = LiveKitConfig::from(*settings, LiveKitConfig::Needs::kServer);
  if (!livekit) return report_failure(livekit.error());
  auto providers = Providers::Options::from(*settings, options.worker);
  if (!providers) return report_failure(providers.error());

  MediaProcessOptions media{.livekit = std::move(*livekit),
                            .agent_name = options.worker.agent_name,
                            .capacity = options.capacity,
                            .providers = std::move(*providers),
                            .any_callee_kind = options.worker.any_callee_kind};
  if (!options.worker.no_recording) media.recordings = data_home() / "recordings";
  return run_media_process(media);
}

}  // namespace

void add_media_process(CLI::App& cli, Invocation& invocation) {
  auto* command = cli.add_subcommand("media-process", "One media process; calling-agent starts these");
  command->group("");  // Not in the help: nobody starts one by hand.
  auto options = std::make_shared<Options>();
  options->worker.add_to(*command);
  command->add_option("--capacity", options->capacity)->check(CLI::Range(1, 32));
  command->add_option("--slot", options->slot);
  command->callback(
      [options, &invocation] { invocation.run = [options, &invocation] { return serve(*options, invocation); }; });
}

}  // namespace call_agent::app
