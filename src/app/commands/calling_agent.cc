#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <iostream>

#include "app/command.h"
#include "app/livekit_config.h"
#include "app/livekit_telephony.h"
#include "app/worker/providers.h"
#include "app/worker/supervisor.h"
#include "app/worker/worker_arguments.h"
#include "calls/room_deletion.h"
#include "calls/sweeper.h"
#include "core/log.h"
#include "core/paths.h"
#include "core/task_group.h"
#include "store/call_store.h"

namespace call_agent::app {
namespace {

struct Options {
  WorkerArguments worker;
  int capacity = 8;
  int calls_per_process = 8;
  int recycle_calls = 500;
  int recycle_mib = 600;
  int drain_seconds = 600;
};

constexpr milliseconds kHangUpPatience{60'000};

/// What the supervisor does for calls whose process died under them.
class LostCalls {
 public:
  LostCalls(calls::CallStore& store, calls::Telephony& telephony) : store_(store), telephony_(telephony) {}

  awaitable<void> mark(std::string call_id, std::string room) {
    log::error("call {}: lost, its media process died", call_id);
    // Hangs up: nobody is left to talk to the callee. If even that fails, the record stays open for the sweeper.
    const auto deleted = co_await calls::delete_room_patiently(telephony_, std::move(room), kHangUpPatience);
    if (!deleted) co_return log::error("call {}: its room could not be deleted: {}", call_id, deleted.error().what);
    const auto ended = co_await store_.end(call_id, calls::Outcome::kAgentFailed,
                                           "the agent's process died during the call", std::nullopt);
    if (!ended && ended.error().code != Errc::kConflict) log::error("call {}: {}", call_id, ended.error().what);
  }

 private:
  calls::CallStore& store_;
  calls::Telephony& telephony_;
};

std::vector<std::string> media_command(const Options& options, const Invocation& invocation, int places) {
  std::vector<std::string> command{self_path().string()};
  if (invocation.debug) command.emplace_back("--debug");
  command.insert(command.end(), {"media-process", "--capacity", std::to_string(places)});
  const auto worker = options.worker.to_command_line();
  command.insert(command.end(), worker.begin(), worker.end());
  return command;
}

// Full processes first; the last has what is left.
std::vector<std::vector<std::string>> media_commands(const Options& options, const Invocation& invocation) {
  std::vector<std::vector<std::string>> commands;
  for (int left = options.capacity; left > 0; left -= options.calls_per_process) {
    commands.push_back(media_command(options, invocation, std::min(left, options.calls_per_process)));
  }
  return commands;
}

// What was read here, for media processes to find first: the --env-file may be a pipe, which is read only once, and a
// command line is everybody's to see.
std::vector<std::string> media_environment(const Settings& settings) {
  std::vector<std::string> environment;
  for (const std::string name :
       {"LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "LLM_BASE_URL", "LLM_API_KEY", "LLM_MODEL"}) {
    if (const auto value = settings.get(name)) environment.push_back(name + "=" + *value);
  }
  return environment;
}

int supervise(const Options& options, const Invocation& invocation) {
  const auto settings = Settings::load(invocation.env_file);
  if (!settings) return report_failure(settings.error());
  const auto livekit = LiveKitConfig::from(*settings, LiveKitConfig::Needs::kServer);
  if (!livekit) return report_failure(livekit.error());
  const auto providers = Providers::Options::from(*settings, options.worker);
  if (!providers) return report_failure(providers.error());

  asio::io_context io(1);
  auto store = store::SqliteCallStore::open(store::default_path());
  if (!store) return report_failure(store.error());
  auto telephony = LiveKitTelephony::create(io.get_executor(), *livekit, options.worker.agent_name);
  if (!telephony) return report_failure(telephony.error());
  LostCalls lost(**store, **telephony);
  calls::Sweeper sweeper(**store, **telephony, {});

  Supervisor supervisor(
      io.get_executor(),
      {.commands = media_commands(options, invocation),
       .environment = media_environment(*settings),
       .recycle_after_calls = options.recycle_calls,
       .recycle_above_mib = options.recycle_mib,
       .drain_limit = std::chrono::seconds(options.drain_seconds)},
      {.on_summary = [](const std::string& text) { std::cout << text << std::flush; },
       .on_registered =
           [&](int slot) {
             std::cout << "registered: media process " << slot << " takes calls for " << options.worker.agent_name
                       << '\n'
                       << std::flush;
           },
       .on_lost = [&lost](std::string call_id,
                          std::string room) { return lost.mark(std::move(call_id), std::move(room)); }});

  asio::signal_set signals(io, SIGTERM, SIGINT);
  std::function<void(boost::system::error_code, int)> on_signal = [&](boost::system::error_code error, int) {
    if (error) return;
    log::info("stopping: running calls may end; once more to end them now");
    supervisor.stop();
    signals.async_wait(on_signal);
  };
  signals.async_wait(on_signal);

  int status = 70;
  TaskGroup errands(io.get_executor());
  errands.spawn(sweeper.run());
  asio::co_spawn(io, supervisor.run(), [&](std::exception_ptr error, int result) {
    if (!error) status = result;
    signals.cancel();
    errands.cancel();
  });
  io.run();
  return status;
}

}  // namespace

void add_calling_agent(CLI::App& cli, Invocation& invocation) {
  auto* command =
      cli.add_subcommand("calling-agent", "The LiveKit agent worker: waits for jobs, holds the conversations");
  auto options = std::make_shared<Options>();
  options->worker.add_to(*command);
  command->add_option("--capacity", options->capacity, "Calls at once, over all media processes")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--calls-per-process", options->calls_per_process, "Calls at once in one media process")
      ->check(CLI::Range(1, 32))
      ->capture_default_str();
  command->add_option("--recycle-calls", options->recycle_calls, "Replace a media process after so many calls")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->add_option("--drain-seconds", options->drain_seconds, "How long running calls may go on after SIGTERM")
      ->check(CLI::Range(0, 86'400))
      ->capture_default_str();
  command->add_option("--recycle-mib", options->recycle_mib, "Replace a media process above this size")
      ->check(CLI::Range(100, 100'000))
      ->capture_default_str();
  command->callback(
      [options, &invocation] { invocation.run = [options, &invocation] { return supervise(*options, invocation); }; });
}

}  // namespace call_agent::app
