#include "livekit/worker/worker.h"

#include <gtest/gtest.h>

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <utility>

#include "core/json.h"
#include "net/imposter_server.h"

namespace call_agent::livekit::worker {
namespace {

namespace ws = boost::beast::websocket;
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

  /// The next message that is no ping and no status; null once the worker has closed.
  awaitable<Json> next() {
    while (true) {
      boost::beast::flat_buffer buffer;
      error_code error;
      co_await socket_.async_read(buffer, asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return nullptr;
      auto message = parse_json(boost::beast::buffers_to_string(buffer.data())).value();
      if (message.contains("updateWorker")) status_ = message["updateWorker"];
      if (!message.contains("ping") && !message.contains("updateWorker")) co_return message;
    }
  }

  /// Registers whoever has just connected. Fails the test if it says anything else first.
  awaitable<void> register_worker() {
    const Json first = co_await next();
    EXPECT_TRUE(first.is_object() && first.contains("register")) << first;
    co_await say(R"({"register":{"workerId":"AW_1","serverInfo":{}}})");
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

  const Json& status() const { return status_; }
  awaitable<void> hang_up() { co_await socket_.async_close(ws::close_code::going_away, asio::use_awaitable); }
  awaitable<void> until_closed() {
    while (!(co_await next()).is_null()) {
    }
  }

 private:
  ws::stream<tcp::socket> socket_;
  Json status_;
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
  Scene(const asio::any_io_executor& executor, std::vector<ImposterServer::Script> scripts)
      : server(executor, std::move(scripts)),
        worker(executor,
               {.url = server.url("ws"), .token = [] { return "token"; }, .agent_name = "agent", .capacity = 2},
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
  EXPECT_TRUE(co_await livekit.offer("AJ_2")) << "one of two places is free";
  EXPECT_EQ(livekit.status()["jobCount"], 1) << "the job of the lost connection still counts";
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
  Scene scene(co_await asio::this_coro::executor, {assigns_and_breaks, finds_the_job_running});
  co_await scene.run();
  EXPECT_EQ(scene.owner.registrations, 2);
  EXPECT_EQ(scene.owner.started, (std::vector<std::string>{"AJ_1", "AJ_2"}));
}
TEST(Worker, RegistersFirstAfterALostConnectionAndKeepsItsJobs) {
  net::run_test(comes_back);
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
