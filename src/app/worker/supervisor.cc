#include "app/worker/supervisor.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/read_until.hpp>
#include <csignal>
#include <fstream>

#include "core/log.h"

namespace call_agent::app {

using namespace asio::experimental::awaitable_operators;

namespace {

constexpr milliseconds kLookEvery{10'000};  // At a process's size.
// The agent's report and the hang-up come first (agent::SessionOptions::report_limit).
constexpr milliseconds kHurryLimit{30'000};
// A process that ends sooner than this, and without having served a call, would do so again at once.
constexpr milliseconds kSettledAfter{10'000};

}  // namespace

milliseconds restart_delay(int failures) {
  if (failures == 0) return milliseconds{0};
  return milliseconds{std::min(250 << std::min(failures - 1, 7), 30'000)};
}

Supervisor::Supervisor(asio::any_io_executor executor, Options options, Events events)
    : executor_(executor),
      options_(std::move(options)),
      events_(std::move(events)),
      slots_(executor),
      changed_(executor) {}

awaitable<int> Supervisor::run() {
  for (int slot = 0; slot < std::ssize(options_.commands); ++slot) slots_.spawn(keep_slot(slot));
  co_await slots_.join();
  co_return 0;
}

void Supervisor::stop() {
  ++stops_;
  for (const auto& weak : live_) {
    const auto media = weak.lock();
    if (!media) continue;
    if (stops_ == 1) {
      retire(*media);
      media->end_by = Deadline::after(options_.drain_limit);
    } else {
      hurry(*media);
    }
  }
  changed_.notify();
}

void Supervisor::retire(Media& media) {
  if (media.retiring) return;
  media.retiring = true;
  media.process->signal(SIGTERM);
  changed_.notify();
}

void Supervisor::hurry(Media& media) {
  media.hurried = true;
  media.end_by = Deadline::after(kHurryLimit);
  media.process->signal(SIGUSR1);  // It ends the calls itself.
  changed_.notify();
}

// One place for a media process: starts one, and the next when it ends or retires. A retiring process finishes its
// calls beside its successor.
awaitable<void> Supervisor::keep_slot(int slot) {
  int failures = 0;
  while (stops_ == 0) {
    auto command = options_.commands[static_cast<std::size_t>(slot)];
    command.insert(command.end(), {"--slot", std::to_string(slot)});
    auto process = ChildProcess::start(executor_, {.arguments = command, .environment = options_.environment});
    if (!process) {
      log::error("media process {}: {}", slot, process.error().what);
      co_await changed_.wait(Deadline::after(restart_delay(++failures)));
      continue;
    }
    auto media = std::make_shared<Media>(Media{slot, std::move(*process), {}});
    live_.remove_if([](const auto& weak) { return weak.expired(); });
    live_.push_back(media);
    slots_.spawn(serve(media));

    while (media->process->running() && !media->retiring) co_await changed_.wait();
    if (stops_ > 0) break;
    failures = media->retiring || media->served > 0 || media->settles.passed() ? 0 : failures + 1;
    if (failures > 0) {
      const auto delay = restart_delay(failures);
      log::warn("media process {} ended as soon as it had started; starting another in {} ms", slot, delay.count());
      const auto until = Deadline::after(delay);
      while (stops_ == 0 && !until.passed()) co_await changed_.wait(until);
    }
  }
}

awaitable<void> Supervisor::serve(std::shared_ptr<Media> media) {
  // Reports end when the process does: reading them to the end first means none is lost.
  co_await (read_reports(media) || watch(media));
  const auto ended = co_await media->process->ended();
  if (!media->calls.empty() || (!media->retiring && (ended.signal != 0 || ended.exit_status != 0))) {
    log::error("media process {} ended (signal {}, status {}) with {} calls running", media->slot, ended.signal,
               ended.exit_status, media->calls.size());
  }
  for (const auto& [call_id, room] : media->calls) slots_.spawn(events_.on_lost(call_id, room));
  changed_.notify();
}

awaitable<void> Supervisor::read_reports(std::shared_ptr<Media> media) {
  std::string buffer;
  boost::system::error_code error;
  while (true) {
    const auto size = co_await asio::async_read_until(media->process->output(), asio::dynamic_buffer(buffer, 1 << 20),
                                                      '\n', asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    const auto report = parse_report(std::string_view(buffer).substr(0, size - 1));
    if (report) {
      take(*media, *report);
    } else {
      log::warn("media process {}: {}", media->slot, report.error().what);
    }
    buffer.erase(0, size);
  }
}

void Supervisor::take(Media& media, const MediaReport& report) {
  switch (report.kind) {
    case MediaReport::Kind::kRegistered:
      media.settles = Deadline::after(kSettledAfter);
      if (events_.on_registered) events_.on_registered(media.slot);
      break;
    case MediaReport::Kind::kCallStarted:
      media.calls[report.call_id] = report.room;
      break;
    case MediaReport::Kind::kCallEnded:
      media.calls.erase(report.call_id);
      ++media.served;
      if (worn_out(media)) retire(media);
      break;
    case MediaReport::Kind::kSummary:
      events_.on_summary(report.text);
      break;
  }
}

awaitable<void> Supervisor::watch(std::shared_ptr<Media> media) {
  auto look = Deadline::after(kLookEvery);
  while (true) {
    co_await changed_.wait(media->end_by.or_sooner(look.left()));
    if (media->end_by.passed() && !media->hurried) {
      hurry(*media);
    } else if (media->end_by.passed()) {
      log::warn("media process {} has not ended its calls in time; killing it", media->slot);
      media->process->signal(SIGKILL);
      media->end_by = Deadline::never();
    }
    if (!look.passed()) continue;
    if (worn_out(*media)) retire(*media);
    look = Deadline::after(kLookEvery);
  }
}

bool Supervisor::worn_out(const Media& media) const {
  if (media.served == 0) return false;  // Its successor would be no smaller.
  if (media.served >= options_.recycle_after_calls) return true;
  std::ifstream statm(fmt::format("/proc/{}/statm", media.process->pid()));
  long pages = 0, resident = 0;
  statm >> pages >> resident;
  return resident * 4 / 1024 > options_.recycle_above_mib;  // Pages of 4 KiB on every machine we ship for.
}

}  // namespace call_agent::app
