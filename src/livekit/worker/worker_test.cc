#include "livekit/worker/worker.h"

#include <gtest/gtest.h>

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <thread>
#include <utility>

#include "core/json.h"
#include "livekit/worker/load.h"
#include "net/imposter_server.h"

namespace call_agent::livekit::worker {
namespace {

namespace ws = boost::beast::websocket;
using namespace std::chrono_literals;
using asio::ip::tcp;
using boost::system::error_code;
using net::ImposterServer;

/// One connection of an imposter livekit-server: what the worker said, and what the test has it say.
class ImposterLiveKit {
 public:
  explicit ImposterLiveKit(tcp::socket socket) : socket_(std::move(socket)) {}

  awaitable<void> accept() { co_await socket_.async_accept(asio::use_awaitable); }

  awaitable<void> say(std::string message) {
    socket_.text(true);
    co_await socket_.async_write(asio::buffer(message), asio::use_awaitable);
  }

  /// The next message, whatever it is; null once the worker has closed.
  awaitable<Json> next_of_any_kind() {
    boost::beast::flat_buffer buffer;
    error_code error;
    co_await socket_.async_read(buffer, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return nullptr;
    heard_at_ = Clock::now();
    co_return parse_json(boost::beast::buffers_to_string(buffer.data())).value();
  }

  /// The next message that is no ping and no status; null once the worker has closed.
  awaitable<Json> next() {
    while (true) {
      auto message = co_await next_of_any_kind();
      if (message.is_null()) co_return message;
      if (message.contains("updateWorker")) status_ = message["updateWorker"];
      if (!message.contains("ping") && !message.contains("updateWorker")) co_return message;
    }
  }

  /// Registers whoever has just connected, and hears its status. Fails the test if it says anything else first.
  awaitable<void> register_worker() {
    const Json first = co_await next_of_any_kind();
    EXPECT_TRUE(first.is_object() && first.contains("register")) << first;
    co_await say(R"({"register":{"workerId":"AW_1","serverInfo":{}}})");
    Json message = co_await next_of_any_kind();
    while (message.contains("ping")) message = co_await next_of_any_kind();
    EXPECT_TRUE(message.contains("updateWorker")) << message;
    status_ = message["updateWorker"];
  }

  /// Offers a job; whether it was taken.
  awaitable<bool> offer(std::string job) {
    co_await say(R"({"availability":{"job":{"id":")" + job + R"(","room":{"name":"room"}}}})");
    const Json answer = co_await next();
    co_return answer.is_object() && answer["availability"]["available"] == true;
  }

  awaitable<void> assign(std::string job) {
    co_await say(R"({"assignment":{"job":{"id":")" + job + R"(","room":{"name":"room"}},"token":"t"}})");
  }

  /// Whether one of its next hundred statuses has a load in this range.
  awaitable<bool> reports_load(double least, double most) {
    for (int statuses = 0; statuses < 100;) {
      const Json message = co_await next_of_any_kind();
      if (message.is_null()) co_return false;
      if (!message.contains("updateWorker")) continue;
      ++statuses;
      const double load = message["updateWorker"]["load"];
      if (load >= least && load <= most) co_return true;
    }
    co_return false;
  }

  const Json& status() const { return status_; }
  TimePoint heard_at() const { return heard_at_; }
  awaitable<void> hang_up() { co_await socket_.async_close(ws::close_code::going_away, asio::use_awaitable); }
  awaitable<void> until_closed() {
    while (!(co_await next()).is_null()) {
    }
  }

 private:
  ws::stream<tcp::socket> socket_;
  Json status_;
  TimePoint heard_at_;
};

/// The owner of the worker under test.
struct Owner final : JobHandler {
  bool accept(const Job&) override { return true; }
  void start(Assignment assignment) override { started.push_back(assignment.job.id); }
  void terminate(const std::string& job_id) override { terminated.push_back(job_id); }
  void registered(const std::string&) override { ++registrations; }

  std::vector<std::string> started, terminated;
  int registrations = 0;
};

/// A worker and its server. What a script does it does with the one test that runs.
struct Scene {
  Scene(const asio::any_io_executor& executor, std::vector<ImposterServer::Script> scripts, Worker::Timing timing = {})
      : server(executor, std::move(scripts)),
        worker(executor,
               {.url = server.url("ws"),
                .token = [] { return "token"; },
                .agent_name = "agent",
                .capacity = 2,
                .timing = timing},
               owner) {
    current = this;
  }
  ~Scene() { current = nullptr; }

  awaitable<void> run() {
    EXPECT_TRUE(co_await worker.run());
    co_await server.stop();
  }

  static Scene* current;
  Owner owner;
  ImposterServer server;
  Worker worker;
  TimePoint last_heard;  // On the connection before this one.
};
Scene* Scene::current = nullptr;

awaitable<void> assigns_and_breaks(tcp::socket socket) {
  ImposterLiveKit livekit(std::move(socket));
  co_await livekit.accept();
  co_await livekit.register_worker();
  EXPECT_TRUE(co_await livekit.offer("AJ_1"));
  co_await livekit.assign("AJ_1");
  const Json running = co_await livekit.next();
  EXPECT_EQ(running["updateJob"]["status"], "JS_RUNNING");
  co_await livekit.hang_up();
}

awaitable<void> finds_the_job_running(tcp::socket socket) {
  ImposterLiveKit livekit(std::move(socket));
  co_await livekit.accept();
  co_await livekit.register_worker();
  EXPECT_EQ(livekit.status()["jobCount"], 1) << "the job of the lost connection still counts";
  EXPECT_TRUE(co_await livekit.offer("AJ_2")) << "one of two places is free";
  Scene::current->worker.finish("AJ_1", true);
  const Json finished = co_await livekit.next();
  EXPECT_EQ(finished["updateJob"]["jobId"], "AJ_1");
  EXPECT_EQ(finished["updateJob"]["status"], "JS_SUCCESS");
  Scene::current->worker.drain();
  co_await livekit.assign("AJ_2");
  co_await livekit.next();
  Scene::current->worker.finish("AJ_2", true);
  co_await livekit.until_closed();
}

awaitable<void> comes_back() {
  // So far apart that each status heard has another reason than the time.
  Scene scene(co_await asio::this_coro::executor, {assigns_and_breaks, finds_the_job_running}, {.status_every = 1h});
  co_await scene.run();
  EXPECT_EQ(scene.owner.registrations, 2);
  EXPECT_EQ(scene.owner.started, (std::vector<std::string>{"AJ_1", "AJ_2"}));
}
TEST(Worker, RegistersFirstAfterALostConnectionAndKeepsItsJobs) {
  net::run_test(comes_back);
}

awaitable<void> assigns_and_falls_silent(tcp::socket socket) {
  ImposterLiveKit livekit(std::move(socket));
  co_await livekit.accept();
  co_await livekit.register_worker();
  EXPECT_TRUE(co_await livekit.offer("AJ_1"));
  const auto silent_since = Clock::now();
  co_await livekit.assign("AJ_1");
  co_await livekit.until_closed();
  EXPECT_GE(Clock::now() - silent_since, 500ms);
}

awaitable<void> left_for_its_silence() {
  Scene scene(co_await asio::this_coro::executor, {assigns_and_falls_silent, finds_the_job_running},
              {.status_every = 20ms, .silence_limit = 500ms});
  co_await scene.run();
  EXPECT_EQ(scene.owner.registrations, 2);
  EXPECT_EQ(scene.owner.started, (std::vector<std::string>{"AJ_1", "AJ_2"}));
}
TEST(Worker, ASilentServerIsLeftAndComeBackToWithTheRunningJobs) {
  net::run_test(left_for_its_silence);
}

awaitable<void> says_nothing_but_pong(tcp::socket socket) {
  const auto start = Clock::now();
  ImposterLiveKit livekit(std::move(socket));
  co_await livekit.accept();
  co_await livekit.register_worker();
  for (int pings = 1; pings <= 30; ++pings) {
    const Json ping = co_await livekit.next_of_any_kind();
    EXPECT_TRUE(ping.is_object() && ping.contains("ping")) << ping;
    EXPECT_GE(Clock::now() - start, pings * 50ms) << "no more often than every 50 ms";
    co_await livekit.say(R"({"pong":{"lastTimestamp":"1","timestamp":"2"}})");
    const Json status = co_await livekit.next_of_any_kind();
    EXPECT_TRUE(status.is_object() && status.contains("updateWorker")) << status;
  }
  Scene::current->worker.drain();
  co_await livekit.until_closed();
}

awaitable<void> pings() {
  Scene scene(co_await asio::this_coro::executor, {says_nothing_but_pong},
              {.status_every = 50ms, .silence_limit = 1'000ms});
  co_await scene.run();
  EXPECT_EQ(scene.server.connections(), 1U);
}
TEST(Worker, AnsweredPingsKeepAQuietConnectionLongerThanTheSilenceLimit) {
  net::run_test(pings);
}

awaitable<void> never_registers(tcp::socket socket) {
  ImposterLiveKit livekit(std::move(socket));
  co_await livekit.accept();
  co_await livekit.until_closed();
  Scene::current->last_heard = livekit.heard_at();
}

awaitable<void> registers_at_last(tcp::socket socket) {
  EXPECT_GE(Clock::now() - Scene::current->last_heard, reconnect_delay(2, 1.0)) << "after two failures";
  ImposterLiveKit livekit(std::move(socket));
  co_await livekit.accept();
  co_await livekit.register_worker();
  Scene::current->worker.drain();
  co_await livekit.until_closed();
}

awaitable<void> tries_less_and_less_often() {
  Scene scene(co_await asio::this_coro::executor, {never_registers, never_registers, registers_at_last},
              {.status_every = 10ms, .register_limit = 200ms});
  co_await scene.run();
  EXPECT_EQ(scene.owner.registrations, 1);
}
TEST(Worker, AServerThatNeverRegistersItIsTriedLessAndLessOften) {
  net::run_test(tries_less_and_less_often);
}

awaitable<void> holds_the_executor(tcp::socket socket) {
  ImposterLiveKit livekit(std::move(socket));
  co_await livekit.accept();
  co_await livekit.register_worker();
  std::this_thread::sleep_for(150ms);  // The worker looks every 100 ms: it comes 50 ms late at least.
  EXPECT_TRUE(co_await livekit.reports_load(load_of(0, 2, 50ms).value, 1)) << "a late loop is a load";
  EXPECT_TRUE(co_await livekit.reports_load(0, 0)) << "for as long as it is late";
  Scene::current->worker.drain();
  co_await livekit.until_closed();
}

awaitable<void> is_late() {
  Scene scene(co_await asio::this_coro::executor, {holds_the_executor}, {.status_every = 10ms});
  co_await scene.run();
}
TEST(Worker, ALateLoopIsReportedAsLoadAndThenForgotten) {
  net::run_test(is_late);
}

TEST(ReconnectDelay, IsNoneAtFirstThenGrowsByHalvesOfChanceToTenSeconds) {
  EXPECT_EQ(reconnect_delay(0, 0).count(), 0);
  EXPECT_EQ(reconnect_delay(1, 0).count(), 250);
  EXPECT_EQ(reconnect_delay(1, 1).count(), 125);
  EXPECT_EQ(reconnect_delay(3, 0).count(), 1'000);
  EXPECT_EQ(reconnect_delay(1'000, 0).count(), 10'000);
}

awaitable<void> drains_before_the_assignment(tcp::socket socket) {
  ImposterLiveKit livekit(std::move(socket));
  co_await livekit.accept();
  co_await livekit.register_worker();
  EXPECT_TRUE(co_await livekit.offer("AJ_1"));
  Scene::current->worker.drain();
  EXPECT_FALSE(Scene::current->worker.drained()) << "the job it took may still come";
  EXPECT_FALSE(co_await livekit.offer("AJ_2"));
  co_await livekit.assign("AJ_1");
  const Json running = co_await livekit.next();
  EXPECT_EQ(running["updateJob"]["status"], "JS_RUNNING");
  EXPECT_EQ(livekit.status()["status"], "WS_FULL");
  Scene::current->worker.finish("AJ_1", true);
  co_await livekit.until_closed();
}

awaitable<void> keeps_its_word() {
  Scene scene(co_await asio::this_coro::executor, {drains_before_the_assignment});
  co_await scene.run();
  EXPECT_EQ(scene.owner.started, std::vector<std::string>{"AJ_1"});
}
TEST(Worker, AJobTakenBeforeTheDrainIsStillHeld) {
  net::run_test(keeps_its_word);
}

awaitable<void> breaks_before_the_assignment(tcp::socket socket) {
  ImposterLiveKit livekit(std::move(socket));
  co_await livekit.accept();
  co_await livekit.register_worker();
  EXPECT_TRUE(co_await livekit.offer("AJ_1"));
  Scene::current->worker.drain();
  co_await livekit.hang_up();
}

awaitable<void> forgets_the_offer() {
  Scene scene(co_await asio::this_coro::executor, {breaks_before_the_assignment});
  co_await scene.run();
  EXPECT_TRUE(scene.owner.started.empty());
  EXPECT_EQ(scene.server.connections(), 1U) << "nothing to come back for";
}
TEST(Worker, AnOfferIsForgottenWithItsConnectionAndHoldsUpNoDrain) {
  net::run_test(forgets_the_offer);
}

awaitable<void> takes_and_never_assigns(tcp::socket socket) {
  ImposterLiveKit livekit(std::move(socket));
  co_await livekit.accept();
  co_await livekit.register_worker();
  EXPECT_TRUE(co_await livekit.offer("AJ_1"));
  Scene::current->worker.drain();
  co_await livekit.until_closed();
}

awaitable<void> gives_the_offer_up() {
  Scene scene(co_await asio::this_coro::executor, {takes_and_never_assigns},
              {.status_every = 20ms, .assignment_limit = 100ms});
  co_await scene.run();
  EXPECT_TRUE(scene.owner.started.empty());
}
TEST(Worker, AnOfferThatIsNeverAssignedHoldsUpNoDrainForLong) {
  net::run_test(gives_the_offer_up);
}

awaitable<void> comes_back_to_a_draining_worker(tcp::socket socket) {
  Scene::current->worker.drain();
  ImposterLiveKit livekit(std::move(socket));
  co_await livekit.accept();
  co_await livekit.register_worker();
  EXPECT_EQ(livekit.status()["status"], "WS_FULL");
  EXPECT_FALSE(co_await livekit.offer("AJ_2"));
  Scene::current->worker.finish("AJ_1", true);
  const Json finished = co_await livekit.next();
  EXPECT_EQ(finished["updateJob"]["status"], "JS_SUCCESS");
  co_await livekit.until_closed();
}

awaitable<void> drains_during_an_outage() {
  Scene scene(co_await asio::this_coro::executor, {assigns_and_breaks, comes_back_to_a_draining_worker});
  co_await scene.run();
  EXPECT_EQ(scene.owner.registrations, 2);
}
TEST(Worker, ADrainingWorkerComesBackForItsRunningJobAndTakesNoOther) {
  net::run_test(drains_during_an_outage);
}

awaitable<void> breaks_and_has_the_job_finished(tcp::socket socket) {
  co_await assigns_and_breaks(std::move(socket));
  Scene::current->worker.finish("AJ_1", true);
}

awaitable<void> finds_no_job_running(tcp::socket socket) {
  ImposterLiveKit livekit(std::move(socket));
  co_await livekit.accept();
  co_await livekit.register_worker();
  EXPECT_EQ(livekit.status()["jobCount"], 0);
  Scene::current->worker.drain();
  co_await livekit.until_closed();
}

awaitable<void> finishes_during_an_outage() {
  Scene scene(co_await asio::this_coro::executor, {breaks_and_has_the_job_finished, finds_no_job_running});
  co_await scene.run();
  EXPECT_EQ(scene.owner.registrations, 2);
}
TEST(Worker, WhatWasMeantForALostConnectionIsNotSaidOnTheNext) {
  net::run_test(finishes_during_an_outage);
}

awaitable<void> assigns_twice_and_terminates(tcp::socket socket) {
  ImposterLiveKit livekit(std::move(socket));
  co_await livekit.accept();
  co_await livekit.register_worker();
  EXPECT_TRUE(co_await livekit.offer("AJ_1"));
  co_await livekit.say("garbage");
  co_await livekit.assign("AJ_1");
  co_await livekit.assign("AJ_1");
  co_await livekit.say(R"({"termination":{"jobId":"AJ_unknown"}})");
  co_await livekit.say(R"({"termination":{"jobId":"AJ_1"}})");
  EXPECT_TRUE((co_await livekit.next()).contains("updateJob"));
  EXPECT_TRUE(co_await livekit.offer("AJ_2")) << "a second place is free, a third is not";
  EXPECT_FALSE(co_await livekit.offer("AJ_3"));
  EXPECT_EQ(Scene::current->owner.terminated, std::vector<std::string>{"AJ_1"});
  Scene::current->worker.drain();
  Scene::current->worker.finish("AJ_1", false);
  EXPECT_EQ((co_await livekit.next())["updateJob"]["status"], "JS_FAILED");
  co_await livekit.hang_up();
}

awaitable<void> bad_server() {
  Scene scene(co_await asio::this_coro::executor, {assigns_twice_and_terminates});
  co_await scene.run();
  EXPECT_EQ(scene.owner.started, std::vector<std::string>{"AJ_1"});
}
TEST(Worker, AJobIsStartedOnceWhateverTheServerRepeats) {
  net::run_test(bad_server);
}

awaitable<void> refuses(tcp::socket socket) {
  co_await net::read_request(socket);
  co_await net::write_text(socket, net::response(401, "invalid token"));
}

awaitable<void> wrong_secret() {
  const auto executor = co_await asio::this_coro::executor;
  Owner owner;
  ImposterServer server(executor, {refuses});
  Worker worker(executor, {.url = server.url("ws"), .token = [] { return "bad"; }, .agent_name = "agent"}, owner);
  const auto ended = co_await worker.run();
  EXPECT_EQ(ended.error().code, Errc::kPermission);
  EXPECT_EQ(server.connections(), 1U) << "trying again cannot help";
  co_await server.stop();
}
TEST(Worker, RefusedCredentialsEndItWithTheVariablesToCheck) {
  net::run_test(wrong_secret);
}

}  // namespace
}  // namespace call_agent::livekit::worker
