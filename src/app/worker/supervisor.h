#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/worker/reports.h"
#include "core/channel.h"
#include "core/child_process.h"
#include "core/task_group.h"

namespace call_agent::app {

/// Keeps a number of media processes alive, each a LiveKit worker in its own right: replaces one that crashes, recycles
/// one that has served enough calls or grown too large, once its calls have ended, and drains them all on stop.
class Supervisor {
 public:
  struct Options {
    /// What starts each media process; "--slot N" is appended. SIGTERM drains it, SIGUSR1 ends its calls.
    std::vector<std::vector<std::string>> commands;
    std::vector<std::string> environment;  ///< NAME=VALUE, for each of them, added to ours.
    int recycle_after_calls = 500;
    int recycle_above_mib = 600;        ///< Resident size.
    milliseconds drain_limit{600'000};  ///< How long running calls may go on after stop(), before they are ended.
  };
  struct Events {
    std::function<void(const std::string& text)> on_summary;
    std::function<void(int slot)> on_registered;
    /// A call whose process died under it. run() does not return before all of these have.
    std::function<awaitable<void>(std::string call_id, std::string room)> on_lost;
  };

  Supervisor(asio::any_io_executor executor, Options options, Events events);

  /// Runs until stopped and drained. Returns the exit status.
  awaitable<int> run();
  /// First: lets running calls end, taking no more. Again: ends them now, each with its record.
  void stop();

 private:
  struct Media {
    int slot;
    std::unique_ptr<ChildProcess> process;
    std::map<std::string, std::string> calls;  // call id -> room, while they run
    int served = 0;
    bool retiring = false;                 // Asked to drain: its end is no crash.
    bool hurried = false;                  // Asked to end its calls.
    Deadline end_by = Deadline::never();   // Once stopped: the next, harder way to end it is due.
    Deadline settles = Deadline::never();  // When it has been registered for so long that it is of use.
  };

  awaitable<void> keep_slot(int slot);
  awaitable<void> serve(std::shared_ptr<Media> media);
  awaitable<void> read_reports(std::shared_ptr<Media> media);
  awaitable<void> watch(std::shared_ptr<Media> media);
  void take(Media& media, const MediaReport& report);
  void retire(Media& media);
  void hurry(Media& media);
  bool worn_out(const Media& media) const;

  asio::any_io_executor executor_;
  Options options_;
  Events events_;
  TaskGroup slots_;
  std::list<std::weak_ptr<Media>> live_;
  Notifier changed_;
  int stops_ = 0;
};

/// How long to wait before the next start of a slot whose process ended `failures` times in a row before it was of any
/// use, however long it took for that: on a busy machine loading the models alone takes its time.
milliseconds restart_delay(int failures);

}  // namespace call_agent::app
