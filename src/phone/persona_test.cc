#include "phone/persona.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace call_agent::phone {
namespace {

/// Plays a line of the other side, one character for 100 ms: 'S' speech, '.' silence, any other a key it presses.
/// Says what the persona does and when, in units of 100 ms: "3:say0" … Whatever it says takes `speaking` of them.
std::string play(const std::string& steps, const std::string& line, int speaking = 3) {
  const auto scenario = parse_scenario(R"({"steps": [)" + steps + R"(], "longest_s": 10})");
  if (!scenario) return scenario.error().what;
  Persona persona(*scenario);
  Ear ear;
  std::string out;
  int busy_until = -1;
  const int packets = static_cast<int>(line.size()) * 5;
  for (int packet = 0; packet < packets; ++packet) {
    const milliseconds now(packet * 20);
    const char c = line[static_cast<std::size_t>(packet / 5)];
    ear.packet(now, c == 'S');
    if (c != 'S' && c != '.' && packet % 5 == 0) persona.dtmf_heard(c);
    if (packet == busy_until) persona.finished();
    const auto action = persona.next(now, ear);
    if (!action) continue;
    if (!out.empty()) out += ' ';
    out += std::to_string(packet / 5);
    busy_until = packet + speaking * 5;
    if (const auto* say = std::get_if<Say>(&*action)) out += fmt::format(":say{}", say->clip);
    if (const auto* dtmf = std::get_if<SendDtmf>(&*action)) out += ":dtmf" + dtmf->digits;
    if (std::holds_alternative<HangUp>(*action)) out += ":bye";
  }
  return out;
}

const std::string kWaitTurn = R"({"wait_for_speech_end": {"silence_s": 0.5}, "timeout_s": 3})";

TEST(Persona, SpeaksItsTurnsAfterTheOtherSideStops) {
  EXPECT_EQ(play(R"({"say": "a"}, )" + kWaitTurn + R"(, {"say": "b"}, {"hang_up": true})", "......SSSSSS............"),
            "0:say0 16:say1 19:bye");
}

TEST(Persona, APauseBelowItsPatienceIsNoEnd) {
  EXPECT_EQ(play(kWaitTurn + R"(, {"say": "b"})", "SSSS..SSS..SSSS....................."), "19:say0");
}

TEST(Persona, AClickIsNoAnswer) {
  const std::string wait = R"({"wait_for_speech_end": {"silence_s": 0.5, "least_speech_s": 0.2}, "timeout_s": 2})";
  EXPECT_EQ(play(wait + R"(, {"say": "b"})", "..S.............................."), "20:say0");
}

TEST(Persona, WhatIsSaidWhileItSpeaksIsNoAnswer) {
  EXPECT_EQ(play(R"({"say": "a"}, )" + kWaitTurn + R"(, {"say": "b"})", "SSSSS.......SSSS...............", 10),
            "0:say0 20:say1");
}

TEST(Persona, SpeaksOverTheOtherSide) {
  EXPECT_EQ(play(R"({"wait_for_speech": {"for_s": 0.5}}, {"say": "b"})", "..SSSSSSSSSSSS...."), "7:say0");
}

TEST(Persona, SpeaksAtASetTime) {
  EXPECT_EQ(play(R"({"at_s": 1.2}, {"say": "a"}, {"wait_s": 0.4}, {"say": "b"})", "SSSSSSSSSSSSSSSSSSSSSSSSSSSS"),
            "12:say0 19:say1");
}

TEST(Persona, TimeoutsGoOnJumpOrHangUp) {
  EXPECT_EQ(play(R"({"wait_for_speech": {}, "timeout_s": 1}, {"say": "a"})", "...................."), "10:say0");
  EXPECT_EQ(play(R"({"wait_for_speech": {}, "timeout_s": 1, "on_timeout": "hang_up"}, {"say": "a"})", "............."),
            "10:bye");
  EXPECT_EQ(
      play(R"({"wait_for_speech": {}, "timeout_s": 1, "on_timeout": "x"}, {"say": "a"}, {"label": "x", "say": "b"})",
           "............."),
      "10:say1");
  EXPECT_EQ(play(R"({"wait_for_hang_up": true, "timeout_s": 1})", "SSSSSSSSSSSSS"), "10:bye");
}

TEST(Persona, AMenuTakesTheRightKeyAndComesAgainOnAWrongOne) {
  const std::string menu =
      R"({"label": "menu", "say": "press one"}, {"expect_dtmf": "1", "otherwise": "menu", "timeout_s": 2},
         {"say": "bookings"})";
  EXPECT_EQ(play(menu, ".....1......"), "0:say0 5:say1");
  EXPECT_EQ(play(menu, ".....2........1....."), "0:say0 5:say0 14:say1");
  EXPECT_EQ(play(menu, "1........"), "0:say0 3:say1") << "pressed before it was asked";
}

TEST(Persona, ManyDigitsMayComeOneByOne) {
  EXPECT_EQ(play(R"({"expect_dtmf": "47#", "otherwise": "hang_up"}, {"say": "a"})", "..4.7..#...."), "7:say0");
  EXPECT_EQ(play(R"({"expect_dtmf": "47#", "otherwise": "hang_up"}, {"say": "a"})", "..4.8..#...."), "4:bye");
}

TEST(Persona, LoopsCountAndEndAndNest) {
  EXPECT_EQ(play(R"({"label": "a", "say": "x"}, {"go_to": "a", "times": 2}, {"hang_up": true})", "................"),
            "0:say0 3:say0 6:say0 9:bye");
  EXPECT_EQ(play(R"({"label": "a", "say": "x"}, {"go_to": "a", "times": 1}, {"go_to": "a", "times": 1},
                    {"hang_up": true})",
                 "....................", 1),
            "0:say0 1:say0 2:say0 3:say0 4:bye");
}

TEST(Persona, ALoopWithoutAPauseDoesNotHoldUpTheAudio) {
  EXPECT_EQ(play(R"({"label": "a", "wait_s": 0}, {"go_to": "a", "times": 10000}, {"say": "x"})", "....."), "");
}

TEST(Persona, PressesKeysAndWaitsUntilTheyAreSent) {
  EXPECT_EQ(play(R"({"dtmf": "12"}, {"hang_up": true})", "......."), "0:dtmf12 3:bye");
}

TEST(Persona, EndsACallThatLastsTooLong) {
  EXPECT_EQ(play("", std::string(120, '.')), "100:bye");
}

}  // namespace
}  // namespace call_agent::phone
