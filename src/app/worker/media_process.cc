#include "app/worker/media_process.h"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <map>
#include <memory>
#include <utility>

#include "app/worker/call_runner.h"
#include "core/log.h"
#include "livekit/api/token.h"
#include "livekit/worker/worker.h"
#include "store/call_store.h"

namespace call_agent::app {
namespace {

constexpr milliseconds kCommandPoll{200};

livekit::api::ApiKey key_of(const LiveKitConfig& config) {
  return {config.api_key, config.api_secret};
}

/// Everything of one media process: the worker's connection, its models, its running calls.
class MediaProcess : public livekit::worker::JobHandler {
 public:
  MediaProcess(asio::any_io_executor executor, const MediaProcessOptions& options, calls::CallStore& store,
               livekit::api::TwirpClient& api)
      : executor_(executor),
        options_(options),
        store_(store),
        rooms_(api),
        sip_(api),
        providers_(executor, options.providers),
        worker_(executor,
                {.url = options.livekit.url,
                 .token = [this] { return worker_token(); },
                 .agent_name = options.agent_name,
                 .capacity = options.capacity},
                *this),
        tasks_(executor) {}

  awaitable<int> run() {
    tasks_.spawn(load());
    TaskGroup errands(executor_);
    errands.spawn(deliver_commands());
    const auto served = co_await worker_.run();
    co_await tasks_.join();
    errands.cancel();
    co_await errands.join();
    if (!served) log::error("the worker stopped: {}", served.error().what);
    co_return served && !failed_ ? 0 : 1;
  }

  void drain() {
    if (std::exchange(draining_, true)) return;
    worker_.drain();
  }

  void stop() {
    drain();
    end_calls();
  }

  // --- what livekit-server asks for

  bool accept(const livekit::worker::Job& job) override {
    const auto metadata = calls::JobMetadata::parse(job.metadata);
    if (!metadata) log::warn("job {} refused: {}", job.id, metadata.error().what);
    return metadata.has_value();
  }

  void start(livekit::worker::Assignment assignment) override { tasks_.spawn(serve(std::move(assignment))); }

  void terminate(const std::string& job_id) override {
    if (const auto it = calls_.find(job_id); it != calls_.end()) it->second->terminate();
  }

  void registered(const std::string& worker_id) override {
    report({.kind = MediaReport::Kind::kRegistered, .text = worker_id});
  }

 private:
  awaitable<void> load() {
    const auto loaded = co_await providers_.load();
    if (loaded) co_return log::info("every model is loaded");
    log::error("cannot take calls: {}", loaded.error().what);
    failed_ = true;
    worker_.drain();
  }

  awaitable<void> serve(livekit::worker::Assignment assignment) {
    const std::string job_id = assignment.job.id;
    auto metadata = calls::JobMetadata::parse(assignment.job.metadata);
    if (!metadata) co_return worker_.finish(job_id, false);
    metadata->room = assignment.job.room;
    const std::string url = assignment.url.empty() ? options_.livekit.url : assignment.url;

    auto runner = std::make_shared<CallRunner>(
        RunnerServices{.executor = executor_,
                       .providers = providers_,
                       .store = store_,
                       .rooms = rooms_,
                       .sip = sip_,
                       .disk = disk_,
                       .recordings = options_.recordings,
                       .any_callee_kind = options_.any_callee_kind,
                       .report = [](const MediaReport& what) { report(what); },
                       .job_done = [this, job_id](bool success) { worker_.finish(job_id, success); }},
        std::move(*metadata), url, std::move(assignment.token));
    calls_[job_id] = runner;
    const bool done = co_await runner->run();
    calls_.erase(job_id);
    worker_.finish(job_id, done);
  }

  // One question to the log for all calls; see ADR 0012.
  awaitable<void> deliver_commands() {
    while (true) {
      co_await sleep_for(kCommandPoll);
      std::vector<std::string> ids;
      ids.reserve(calls_.size());
      for (const auto& [job_id, runner] : calls_) ids.push_back(runner->call_id());
      if (ids.empty()) continue;
      auto commands = co_await store_.take_commands(std::move(ids));
      if (!commands) {
        log::warn("the log gives no commands: {}", commands.error().what);
        continue;
      }
      for (auto& command : *commands) co_await hand_over(std::move(command));
    }
  }

  awaitable<void> hand_over(calls::Command command) {
    const auto seq = command.seq;
    Result<void> handed = fail(Errc::kCancelled, "the call ended first");
    for (const auto& [job_id, runner] : calls_) {
      if (runner->call_id() != command.call_id) continue;
      handed = runner->command(std::move(command));
      break;
    }
    if (handed) co_return;
    using calls::CommandResult;
    CommandResult refused{.fate = CommandResult::Fate::kFailed, .detail = handed.error().what};
    const auto settled = co_await store_.settle_command(seq, std::move(refused));
    if (!settled) log::warn("the log refused a command's result: {}", settled.error().what);
  }

  void end_calls() {
    for (const auto& [job_id, runner] : calls_) runner->stop();
  }

  std::string worker_token() const {
    return livekit::api::sign_token({.grants = {.agent = true}}, key_of(options_.livekit), unix_ms() / 1000);
  }

  // The supervisor reads these; without one they go to the terminal, where they do no harm.
  static void report(const MediaReport& what) {
    const std::string line = to_line(what);
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) log::warn("the supervisor is gone");
  }

  asio::any_io_executor executor_;
  const MediaProcessOptions& options_;
  calls::CallStore& store_;
  livekit::api::RoomService rooms_;
  livekit::api::SipService sip_;
  Lane disk_{1, 256};
  Providers providers_;
  livekit::worker::Worker worker_;
  std::map<std::string, std::shared_ptr<CallRunner>> calls_;  // by job id
  TaskGroup tasks_;
  bool draining_ = false;
  bool failed_ = false;
};

}  // namespace

int run_media_process(const MediaProcessOptions& options) {
  asio::io_context io(1);
  auto store = store::SqliteCallStore::open(store::default_path());
  if (!store) {
    log::error("{}", store.error().what);
    return 1;
  }
  auto api = livekit::api::TwirpClient::create(io.get_executor(),
                                               {.url = options.livekit.url, .key = key_of(options.livekit)});
  if (!api) {
    log::error("{}", api.error().what);
    return 1;
  }
  MediaProcess process(io.get_executor(), options, **store, **api);

  asio::signal_set signals(io, SIGTERM, SIGINT, SIGUSR1);
  std::function<void(boost::system::error_code, int)> on_signal = [&](boost::system::error_code error, int number) {
    if (error) return;
    number == SIGUSR1 ? process.stop() : process.drain();
    signals.async_wait(on_signal);
  };
  signals.async_wait(on_signal);

  int status = 70;
  asio::co_spawn(io, process.run(), [&](std::exception_ptr error, int result) {
    if (!error) status = result;
    signals.cancel();
  });
  io.run();
  return status;
}

}  // namespace call_agent::app
