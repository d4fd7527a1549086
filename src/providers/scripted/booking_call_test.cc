// The demo's call, with a real session, the dialogue that ships and a restaurant in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/session_fakes.h"
#include "providers/scripted/scripted_llm.h"

namespace call_agent::providers::scripted {
namespace {

using agent::Role;
using testing::Contains;
using testing::ElementsAre;

struct Booking {
  agent::SessionResult result;
  std::vector<std::string> said;
  agent::Report report;
  std::map<std::string, Json> answers;
};

Booking book(std::vector<agent::Utterance> callee) {
  asio::io_context io;
  agent::FakeMedia media(io.get_executor());
  media.callee = std::move(callee);
  agent::FakeVad vad;
  agent::FakeStt stt(media.callee);
  agent::FakeTurnDetector turn_detector(media.callee);
  agent::FakeTts tts;
  agent::FakeJournal journal;
  auto llm = std::move(*ScriptedLlm::create(load_dialogues(CALL_AGENT_DIALOGUES).value()));
  agent::Objective objective{.text = "Book a table for two tomorrow at eight under the name Ada."};
  agent::Session::Ports ports{vad, stt, turn_detector, *llm, tts, media, journal};
  auto session = std::move(*agent::Session::create(io.get_executor(), ports, objective));
  media.at.emplace(0, [&] { session->answered(); });
  std::optional<agent::SessionResult> result;
  agent::Report report;
  const auto hold = [](agent::Session& one, std::optional<agent::SessionResult>& out,
                       agent::Report& told) -> awaitable<void> {
    const auto ready = co_await one.prepare();
    EXPECT_TRUE(ready.has_value());
    out = co_await one.run();
    told = co_await one.report();
  };
  asio::co_spawn(io, hold(*session, result, report), [](std::exception_ptr error) { ASSERT_FALSE(error); });
  io.run();

  EXPECT_TRUE(result.has_value());
  Booking booking{.result = std::move(*result), .said = {}, .report = std::move(report), .answers = {}};
  for (const auto& turn : booking.result.transcript) {
    booking.said.push_back((turn.role == Role::kAgent ? "agent: " : "callee: ") + turn.text);
  }
  for (const auto& answer : booking.report.answers) booking.answers[answer.field] = answer.value;
  return booking;
}

TEST(BookingCall, TheTableIsBookedHalfAnHourLater) {
  const auto booking = book({{200, 1400, "Luigi's restaurant, good evening."},
                             {7000, 9500, "I'm sorry, eight is taken. Would half past eight work?"},
                             {11500, 11800, "Mm-hm."},
                             {18000, 20000, "Yes, that's right. See you tomorrow."}});
  EXPECT_THAT(booking.said,
              ElementsAre("callee: Luigi's restaurant, good evening.",
                          "agent: Hello, I would like to book a table for two, tomorrow at eight, under the name Ada.",
                          "callee: I'm sorry, eight is taken. Would half past eight work?",
                          "agent: Half past eight is perfect. So, a table for two, tomorrow at half past eight, under "
                          "the name Ada. Is that right?",
                          "callee: Yes, that's right. See you tomorrow.", "agent: Thank you very much. Goodbye."));
  EXPECT_EQ(booking.result.reason, agent::EndReason::kAgentFinished);
  EXPECT_TRUE(booking.report.objective_met);
  EXPECT_EQ(booking.answers,
            (std::map<std::string, Json>{{"booked_time", "20:30"}, {"confirmed", true}, {"party_size", 2}}));
}

// A line that stutters, or somebody who thinks in mid-sentence: one sentence becomes two turns.
TEST(BookingCall, AnOfferThatIsTakenForTwoTurnsIsAnAnswerAllTheSame) {
  const auto booking = book({{200, 1400, "Luigi's restaurant, good evening."},
                             {7000, 7900, "I am sorry."},
                             {8160, 9500, "Eight is taken. Would half past eight work?"},
                             {18000, 20000, "Yes, that's right. See you tomorrow."}});
  EXPECT_THAT(booking.said, Contains("callee: I am sorry."));
  EXPECT_EQ(booking.answers,
            (std::map<std::string, Json>{{"booked_time", "20:30"}, {"confirmed", true}, {"party_size", 2}}));
}

}  // namespace
}  // namespace call_agent::providers::scripted
