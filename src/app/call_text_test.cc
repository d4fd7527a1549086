#include "app/call_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "app/terminal_text.h"

namespace call_agent::app {
namespace {

using calls::Call;
using calls::Outcome;
using calls::State;
using testing::HasSubstr;
using testing::Not;

Call a_call() {
  Call call;
  call.call_id = "call_1";
  call.phone_number = "+442079460123";
  call.objective = "Book a table";
  call.state = State::kEnded;
  call.outcome = Outcome::kCompleted;
  call.outcome_detail = "they hung up";
  call.created_ms = 1'000'000;
  call.entered_ms[static_cast<int>(State::kActive)] = 1'005'000;
  call.entered_ms[static_cast<int>(State::kEnded)] = 1'070'000;
  call.summary = "Booked.";
  call.answers.push_back({.field = "time", .value = "20:00", .quote = "at eight"});
  calls::Turn turn;
  turn.text = "Good\x1b[2J evening";
  turn.start_ms = 12'400;
  turn.interrupted = true;
  call.transcript.push_back(turn);
  return call;
}

TEST(Printable, KeepsTheTerminalSafe) {
  EXPECT_EQ(printable("caf\xc3\xa9\n\x1b[31mred\x7f\xc2\x9b"
                      "2J"),
            "caf\xc3\xa9 [31mred 2J");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a b");
  EXPECT_EQ(printable("abcdef", 4), "abc…");
  EXPECT_EQ(printable("ab\xc3\xa9"
                      "def",
                      4),
            "ab…")
      << "never cut inside a character";
}

TEST(Duration, IsMinutesAndSeconds) {
  EXPECT_EQ(duration(65'999), "1:05");
  EXPECT_EQ(duration(-5), "0:00");
}

TEST(CallText, TellsEverything) {
  const auto text = call_text(a_call());
  EXPECT_THAT(text, HasSubstr("outcome: completed (they hung up)\n"));
  EXPECT_THAT(text, HasSubstr("summary: Booked.\n"));
  EXPECT_THAT(text, HasSubstr("answer: time = 20:00 (\"at eight\")\n"));
  EXPECT_THAT(text, HasSubstr("+70.000 s"));
  EXPECT_THAT(text, HasSubstr("[0:12] callee: Good [2J evening (interrupted)\n"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(CallText, TheTableHasALineACall) {
  auto going_on = a_call();
  going_on.outcome.reset();
  going_on.state = State::kRinging;
  going_on.entered_ms = {};
  const auto table = calls_table({a_call(), going_on});
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 3);
  EXPECT_THAT(table, HasSubstr("completed"));
  EXPECT_THAT(table, HasSubstr("1:05"));
  EXPECT_THAT(table, HasSubstr("ringing"));
  EXPECT_EQ(calls_table({}), "No calls.\n");
}

TEST(CallText, EveryEventIsOneLine) {
  const auto line = [](std::string kind, Json data) {
    return event_text(
        {.seq = 1, .call_id = "call_1", .at_ms = 1'000'123, .kind = std::move(kind), .data = std::move(data)});
  };
  EXPECT_THAT(line("state", {{"state", "ended"}, {"outcome", "busy"}, {"detail", "busy (SIP 486)"}}),
              testing::EndsWith(".123  ended: busy (busy (SIP 486))\n"));
  auto turn = to_json(a_call().transcript[0]);
  turn["metrics"] = {{"total", 412.3}};
  EXPECT_THAT(line("turn", turn), HasSubstr("callee: Good [2J evening (interrupted)  [ms: total 412]"));
  EXPECT_THAT(line("report", {{"summary", "Booked."}}), HasSubstr("summary: Booked."));
  EXPECT_THAT(line("note", "a\nb"), HasSubstr("note: a b\n"));
  EXPECT_THAT(line("state", Json()), testing::EndsWith("\n"));
}

}  // namespace
}  // namespace call_agent::app
