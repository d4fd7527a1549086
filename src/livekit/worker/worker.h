#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "core/channel.h"
#include "core/task_group.h"
#include "livekit/worker/protocol.h"
#include "net/websocket.h"

namespace call_agent::livekit::worker {

/// What a worker's owner decides and does. Called on the worker's executor; must not block.
class JobHandler {
 public:
  virtual ~JobHandler() = default;
  /// Whether to take a job; asked only while there is a free place.
  virtual bool accept(const Job& job) = 0;
  /// The job is ours: finish() must follow, once.
  virtual void start(Assignment assignment) = 0;
  /// The server takes a running job back; finish() must still follow.
  virtual void terminate(const std::string& job_id) = 0;
  virtual void registered(const std::string& worker_id) = 0;
};

/// One agent worker: registers with livekit-server, takes jobs while it has free places, says how loaded it is, and
/// comes back after the connection is lost, its running jobs untouched. Lives on one executor.
class Worker {
 public:
  struct Timing {
    milliseconds status_every{2'500};       ///< Each with a ping.
    milliseconds register_limit{10'000};    ///< From the connection to livekit-server's word that we are registered.
    milliseconds silence_limit{15'000};     ///< Pings are answered: silence for this long is a dead connection.
    milliseconds assignment_limit{10'000};  ///< An offer we took is assigned within milliseconds, or somebody else's.
  };
  struct Options {
    std::string url;                     ///< ws(s)://, with or without a path prefix.
    std::function<std::string()> token;  ///< A fresh access token with the agent grant, one for each connection.
    std::string agent_name;
    int capacity = 8;  ///< Jobs at once.
    Timing timing{};
  };
  Worker(asio::any_io_executor executor, Options options, JobHandler& handler);

  /// Serves until drained. Errors: kPermission, where trying again cannot help: the server refuses the credentials.
  awaitable<Result<void>> run();

  /// Takes no more jobs; run() returns once those running are finished.
  void drain();

  /// A started job has ended. Say so before leaving the room, else the server counts it as failed.
  void finish(const std::string& job_id, bool success);

  int active() const { return static_cast<int>(jobs_.size()); }
  /// Whether it takes no more jobs and has none left, nor one that may yet be assigned.
  bool drained() const { return draining_ && jobs_.empty() && accepted_.empty(); }

 private:
  awaitable<Result<void>> serve(net::WebSocket& socket);
  awaitable<void> send_waiting(net::WebSocket& socket);
  awaitable<void> report_status(net::WebSocket& socket);
  awaitable<void> watch_lag();
  void take(ServerMessage message);
  void answer_offer(const Job& job);
  void send_status();
  std::size_t taken_places() const;

  asio::any_io_executor executor_;
  const Options options_;
  JobHandler& handler_;

  std::set<std::string> jobs_;                // running
  std::map<std::string, Deadline> accepted_;  // offered and taken, but not assigned yet
  Channel<std::string> outbox_;
  Notifier changed_;
  milliseconds lag_{0};
  TimePoint last_heard_{};
  bool connected_ = false;
  bool draining_ = false;
};

/// The pause before connection attempt `failures` + 1: doubles from 250 ms to 10 s; `random` in [0, 1) takes off up to
/// half, so that a fleet does not return all at once.
milliseconds reconnect_delay(int failures, double random);

}  // namespace call_agent::livekit::worker
