// A line that sends the agent's voice back: what the conversation makes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/session.h"
#include "agent/session_fakes.h"

namespace call_agent::agent {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class EchoingLine : public testing::TestWithParam<int> {
 protected:
  EchoingLine() : media_(io_.get_executor()), stt_(media_.callee), turn_detector_(media_.callee) {
    objective_.opening = "Hello, this is Ada, and I have a very long sentence to say to you today.";
    media_.echo_ms = GetParam();
  }

  SessionResult hold(int until_ms) {
    Session::Ports ports{vad_, stt_, turn_detector_, llm_, tts_, media_, journal_};
    session_ = std::move(Session::create(io_.get_executor(), ports, objective_).value());
    media_.at.emplace(0, [this] { session_->answered(); });
    media_.at.emplace(until_ms, [this] { session_->callee_left(); });
    std::optional<SessionResult> result;
    asio::co_spawn(io_, converse(result), [](const std::exception_ptr& error) {
      if (error) std::rethrow_exception(error);
    });
    io_.run();
    EXPECT_TRUE(result.has_value());
    return std::move(*result);
  }
  awaitable<void> converse(std::optional<SessionResult>& result) {
    const auto ready = co_await session_->prepare();
    EXPECT_TRUE(ready.has_value());
    result = co_await session_->run();
  }
  int opening_ms() const { return static_cast<int>(objective_.opening.size()) * 50; }
  static std::vector<std::string> said(const std::vector<Turn>& turns) {
    std::vector<std::string> out;
    out.reserve(turns.size());
    for (const auto& turn : turns) {
      out.push_back((turn.role == Role::kAgent ? "agent: " : "callee: ") + turn.text + (turn.interrupted ? "--" : ""));
    }
    return out;
  }

  asio::io_context io_;
  FakeMedia media_;
  FakeVad vad_;
  FakeStt stt_;
  FakeTurnDetector turn_detector_;
  FakeLlm llm_;
  FakeTts tts_;
  FakeJournal journal_;
  Objective objective_;
  std::unique_ptr<Session> session_;
};

INSTANTIATE_TEST_SUITE_P(Delays, EchoingLine, testing::Values(60, 300, 700, 1100));

TEST_P(EchoingLine, TheAgentIsHeardOnceInOneStretchAndNobodyElse) {
  const auto result = hold(7000);
  EXPECT_THAT(said(result.transcript), ElementsAre("agent: " + objective_.opening));
  EXPECT_TRUE(media_.heard_agent(0, 40));
  for (int ms = 40; ms + 40 < opening_ms(); ms += 20) {
    ASSERT_TRUE(media_.heard_agent(ms, ms + 40)) << "it fell silent at " << ms;
  }
  EXPECT_LE(media_.heard_ms(), opening_ms() + 20);
  EXPECT_EQ(journal_.count("noise"), 0);
  EXPECT_GT(result.metrics["echo_ms"], 2700) << "all but the quiet between its words";
}

class LateEcho : public EchoingLine {};
INSTANTIATE_TEST_SUITE_P(Delays, LateEcho, testing::Values(300, 700, 1100));

TEST_P(LateEcho, IsNobodysWordsAndTheAgentSoonGoesOn) {
  media_.garbled_ms = 120;
  const auto result = hold(8000);
  EXPECT_THAT(said(result.transcript), ElementsAre("agent: " + objective_.opening));
  EXPECT_LE(media_.heard_ms(), opening_ms() + 500) << "no more than its beginning is said again";
  int silent_ms = 0;
  for (int ms = 0; ms < opening_ms(); ms += 20) silent_ms += media_.heard_agent(ms, ms + 20) ? 0 : 20;
  EXPECT_LE(silent_ms, GetParam() + 900) << "while the echo dies away, and the pause after it";
}

TEST_P(EchoingLine, WhoSpeaksOverTheEchoIsHeardWithinTheBudget) {
  media_.callee = {{2000, 3500, "Please stop talking now."}};
  const auto result = hold(8000);
  EXPECT_FALSE(media_.heard_agent(2100, 3500)) << "300 ms less the transits, as on a line without an echo";
  const auto turns = said(result.transcript);
  ASSERT_GE(turns.size(), 2U);
  EXPECT_TRUE(result.transcript[0].interrupted);
  EXPECT_THAT(turns[1], HasSubstr("Please stop talking now."));
}

TEST_P(EchoingLine, ABackchannelOverTheEchoStillLetsTheAgentGoOn) {
  media_.callee = {{2000, 2300, "mm-hm"}};
  const auto result = hold(9000);
  EXPECT_THAT(said(result.transcript), ElementsAre("agent: " + objective_.opening));
}

TEST_P(EchoingLine, WhatIsSaidIntoTheDyingEchoComesWithoutTheAgentsWords) {
  objective_.opening = "Hello, this is Ada calling.";
  const int over = (opening_ms() + GetParam()) / 20 * 20;
  media_.callee = {{over + 40, over + 1000, "How can I help you?"}};
  const auto result = hold(over + 4000);
  EXPECT_THAT(said(result.transcript),
              ElementsAre("agent: " + objective_.opening, "callee: How can I help you?", "agent: I see."));
}

}  // namespace
}  // namespace call_agent::agent
