#include "app/worker/supervisor.h"

#include <gtest/gtest.h>

#include <csignal>

namespace call_agent::app {
namespace {

/// Runs a supervisor whose media processes are shell scripts: they say what media processes say, and die as told.
class SupervisorTest : public ::testing::Test {
 protected:
  // The appended "--slot N" become $1 and $2 of the script.
  Supervisor& supervise(const std::string& script, int recycle_after = 1000) {
    supervisor_.emplace(
        io_.get_executor(),
        Supervisor::Options{.commands = {{"sh", "-c", script, "media"}},
                            .environment = {"LIVEKIT_URL=ws://here"},
                            .recycle_after_calls = recycle_after,
                            .drain_limit = drain_limit_},
        Supervisor::Events{
            .on_summary = [this](const std::string& text) { summary(text); },
            .on_registered =
                [this](int) {
                  ++registered_;
                  if (on_registered_) on_registered_();
                },
            .on_lost = [this](std::string call, std::string room) { return lost(std::move(call), std::move(room)); }});
    return *supervisor_;
  }

  awaitable<void> lost(std::string call_id, std::string room) {
    lost_.push_back(call_id + "@" + room);
    if (on_lost_) on_lost_();
    co_return;
  }
  void summary(const std::string& text) {
    summaries_.push_back(text);
    if (on_summary_) on_summary_();
  }

  int run() {
    int status = -1;
    asio::co_spawn(io_, supervisor_->run(), [&](std::exception_ptr, int result) { status = result; });
    io_.run_for(std::chrono::seconds(20));
    return status;
  }

  asio::io_context io_;
  std::optional<Supervisor> supervisor_;
  milliseconds drain_limit_{600'000};
  int registered_ = 0;
  std::vector<std::string> lost_, summaries_;
  std::function<void()> on_registered_, on_lost_, on_summary_;
};

const std::string kRegister = "echo '{\"report\":\"registered\"}'; ";
const std::string kWaitForTerm = "trap 'exit 0' TERM; while :; do read x || sleep 0.01; done";

TEST_F(SupervisorTest, StopDrainsTheProcessesAndEnds) {
  supervise(kRegister + kWaitForTerm);
  on_registered_ = [this] { supervisor_->stop(); };
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(registered_, 1);
  EXPECT_TRUE(lost_.empty());
}

TEST_F(SupervisorTest, TheProcessesFindWhatItHasRead) {
  supervise("echo \"{\\\"report\\\":\\\"summary\\\",\\\"text\\\":\\\"$LIVEKIT_URL\\\"}\"; " + kWaitForTerm);
  on_summary_ = [this] { supervisor_->stop(); };
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(summaries_, std::vector<std::string>{"ws://here"});
}

TEST_F(SupervisorTest, ASecondStopHasTheProcessesEndTheirCalls) {
  supervise(
      "drain() { echo '{\"report\":\"summary\",\"text\":\"draining\"}'; }; trap drain TERM;"
      "end() { echo '{\"report\":\"summary\",\"text\":\"ended\"}'; exit 0; }; trap end USR1;" +
      kRegister + "while :; do read x || sleep 0.01; done");
  on_registered_ = [this] { supervisor_->stop(); };
  on_summary_ = [this] {
    if (summaries_.back() == "draining") supervisor_->stop();
  };
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(summaries_, (std::vector<std::string>{"draining", "ended"}));
}

TEST_F(SupervisorTest, CallsThatOutlastTheDrainAreEndedNotKilled) {
  drain_limit_ = milliseconds{20};
  supervise("trap '' TERM; end() { echo '{\"report\":\"summary\",\"text\":\"ended\"}'; exit 0; }; trap end USR1;" +
            kRegister + "while :; do read x || sleep 0.01; done");
  on_registered_ = [this] { supervisor_->stop(); };
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(summaries_, std::vector<std::string>{"ended"});
}

TEST_F(SupervisorTest, ReplacesAProcessThatCrashesAndReportsOnlyItsRunningCalls) {
  supervise(kRegister +
            "echo '{\"report\":\"call_started\",\"call_id\":\"call_a\",\"room\":\"room-a\"}';"
            "echo '{\"report\":\"call_started\",\"call_id\":\"call_b\",\"room\":\"room-b\"}';"
            "echo '{\"report\":\"call_ended\",\"call_id\":\"call_a\"}'; kill -ABRT $$");
  on_registered_ = [this] {
    if (registered_ == 2) supervisor_->stop();
  };
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(registered_, 2);
  ASSERT_FALSE(lost_.empty());
  EXPECT_EQ(lost_.front(), "call_b@room-b");
}

TEST_F(SupervisorTest, RecyclesAProcessThatHasServedEnough) {
  supervise(kRegister + "echo '{\"report\":\"call_ended\",\"call_id\":\"call_a\"}'; " + kWaitForTerm, 1);
  on_registered_ = [this] {
    if (registered_ == 3) supervisor_->stop();
  };
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(registered_, 3);
  EXPECT_TRUE(lost_.empty());
}

TEST_F(SupervisorTest, PassesSummariesOnAndSurvivesGarbage) {
  supervise(kRegister + "echo garbage; echo '{\"report\":\"summary\",\"text\":\"Booked.\"}'; " + kWaitForTerm);
  on_summary_ = [this] { supervisor_->stop(); };
  EXPECT_EQ(run(), 0);
  EXPECT_EQ(summaries_, std::vector<std::string>{"Booked."});
}

TEST(RestartDelay, GrowsAndIsBounded) {
  EXPECT_EQ(restart_delay(0).count(), 0);
  EXPECT_EQ(restart_delay(1).count(), 250);
  EXPECT_EQ(restart_delay(2).count(), 500);
  EXPECT_EQ(restart_delay(100).count(), 30'000);
}

}  // namespace
}  // namespace call_agent::app
