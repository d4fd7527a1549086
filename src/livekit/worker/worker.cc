#include "livekit/worker/worker.h"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <random>

#include "core/id.h"
#include "core/log.h"
#include "livekit/worker/load.h"

namespace call_agent::livekit::worker {

using namespace asio::experimental::awaitable_operators;

namespace {

constexpr milliseconds kConnectLimit{10'000};
constexpr milliseconds kLagProbe{100};
constexpr std::size_t kMostUnsent = 512;

// ws(s)://host[/prefix]/agent
std::string agent_url(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url + "/agent";
}

}  // namespace

milliseconds reconnect_delay(int failures, double random) {
  if (failures <= 0) return milliseconds{0};
  const double full = std::min(250.0 * static_cast<double>(1 << std::min(failures - 1, 10)), 10'000.0);
  return milliseconds(static_cast<std::int64_t>(full * (1.0 - random / 2)));
}

Worker::Worker(asio::any_io_executor executor, Options options, JobHandler& handler)
    : executor_(executor),
      options_(std::move(options)),
      handler_(handler),
      outbox_(executor, kMostUnsent, Overflow::kDropOldest),
      changed_(executor) {}

awaitable<Result<void>> Worker::run() {
  std::minstd_rand random(std::random_device{}());
  int failures = 0;
  while (!drained()) {
    auto socket = co_await net::WebSocket::connect(
        agent_url(options_.url), {{"Authorization", "Bearer " + options_.token()}}, Deadline::after(kConnectLimit));
    if (!socket && socket.error().code == Errc::kPermission) {
      co_return fail(Errc::kPermission,
                     "livekit-server refuses the worker: check LIVEKIT_API_KEY and LIVEKIT_API_SECRET");
    }
    if (socket) {
      const auto lost = co_await serve(**socket);
      if (connected_) failures = 0;
      connected_ = false;
      co_await (*socket)->close();
      if (!drained()) log::warn("the connection to livekit-server was lost: {}", lost ? "closed" : lost.error().what);
    } else {
      log::warn("cannot reach livekit-server: {}", socket.error().what);
    }
    if (drained()) break;
    const auto until = Deadline::after(reconnect_delay(++failures, std::generate_canonical<double, 16>(random)));
    while (!until.passed() && !drained()) co_await changed_.wait(until);
  }
  co_return Result<void>{};
}

// One connection, until it is lost or nothing is left to do.
awaitable<Result<void>> Worker::serve(net::WebSocket& socket) {
  // What was meant for the last connection: livekit-server closes one that does not begin with the registration.
  while (outbox_.size() > 0) co_await outbox_.pop();
  outbox_.push(register_message(options_.agent_name, "1.0"));
  last_heard_ = Clock::now();

  TaskGroup helpers(executor_);
  helpers.spawn(send_waiting(socket));
  helpers.spawn(report_status(socket));
  helpers.spawn(watch_lag());

  Result<void> ended;
  while (true) {
    auto frame = co_await socket.read();
    if (!frame) {
      ended = pass(frame);
      break;
    }
    last_heard_ = Clock::now();
    auto message = parse_server_message(frame->data);
    if (message) {
      take(std::move(*message));
    } else {
      log::warn("livekit-server said something broken: {}", message.error().what);
    }
  }
  accepted_.clear();  // Offers are forgotten with their connection.
  helpers.cancel();
  co_await helpers.join();
  co_return ended;
}

awaitable<void> Worker::send_waiting(net::WebSocket& socket) {
  while (auto frame = co_await outbox_.pop()) {
    const auto sent = co_await socket.send({.data = std::move(*frame)});
    if (!sent) co_return co_await socket.close();  // Ends the reader, and with it this connection.
  }
}

awaitable<void> Worker::report_status(net::WebSocket& socket) {
  while (true) {
    const auto next = Deadline::after(options_.timing.status_every);
    while (!next.passed() && !drained()) co_await changed_.wait(next);
    if (drained()) {
      while (outbox_.size() > 0) co_await sleep_for(milliseconds{5});  // The last job's status is still on its way.
      co_return co_await socket.close();
    }
    std::erase_if(accepted_, [](const auto& offer) { return offer.second.passed(); });
    const auto limit = connected_ ? options_.timing.silence_limit : options_.timing.register_limit;
    if (Clock::now() - last_heard_ > limit) {
      log::warn("livekit-server is silent");
      co_return co_await socket.close();
    }
    outbox_.push(ping_message(unix_ms()));
    send_status();
    lag_ = milliseconds{0};
  }
}

// How late this executor runs what is due: the same delay the audio of its calls sees.
awaitable<void> Worker::watch_lag() {
  while (true) {
    const auto due = Clock::now() + kLagProbe;
    co_await sleep_until(due);
    lag_ = std::max(lag_, std::chrono::duration_cast<milliseconds>(Clock::now() - due));
  }
}

void Worker::take(ServerMessage message) {
  if (auto* registered = std::get_if<Registered>(&message)) {
    connected_ = true;
    log::info("registered as {} for {}", registered->worker_id, options_.agent_name);
    send_status();
    handler_.registered(registered->worker_id);
  } else if (auto* offer = std::get_if<Offer>(&message)) {
    answer_offer(offer->job);
  } else if (auto* assignment = std::get_if<Assignment>(&message)) {
    const std::string job_id = assignment->job.id;
    accepted_.erase(job_id);
    if (!jobs_.insert(job_id).second) return;  // Delivered twice.
    outbox_.push(job_message(job_id, JobStatus::kRunning, ""));
    handler_.start(std::move(*assignment));
    send_status();
  } else if (auto* termination = std::get_if<Termination>(&message)) {
    if (jobs_.contains(termination->job_id)) handler_.terminate(termination->job_id);
  }
}

void Worker::answer_offer(const Job& job) {
  const bool room_for_it = !draining_ && taken_places() < static_cast<std::size_t>(options_.capacity);
  const bool available = room_for_it && handler_.accept(job);
  if (available) accepted_.emplace(job.id, Deadline::after(options_.timing.assignment_limit));
  outbox_.push(availability_message(job.id, available, "agent-" + random_hex(8)));
  send_status();
}

void Worker::send_status() {
  if (!connected_) return;
  const auto load =
      draining_ ? Load{.full = true, .value = 1.0} : load_of(static_cast<int>(taken_places()), options_.capacity, lag_);
  outbox_.push(status_message(load.full, load.value, active()));
}

std::size_t Worker::taken_places() const {
  return jobs_.size() + accepted_.size();
}

void Worker::drain() {
  draining_ = true;
  send_status();
  changed_.notify();
}

void Worker::finish(const std::string& job_id, bool success) {
  if (jobs_.erase(job_id) == 0) return;
  outbox_.push(job_message(job_id, success ? JobStatus::kSuccess : JobStatus::kFailed, success ? "" : "see the log"));
  send_status();
  changed_.notify();
}

}  // namespace call_agent::livekit::worker
