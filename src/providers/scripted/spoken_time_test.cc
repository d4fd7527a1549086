#include "providers/scripted/spoken_time.h"

#include <gtest/gtest.h>

namespace call_agent::providers::scripted {
namespace {

// Every time in the text, around dinner.
std::string times(std::string_view text) {
  std::string out;
  for (const auto& time : find_times(text)) out += (out.empty() ? "" : " ") + format_time(resolve(time, 20 * 60));
  return out;
}

TEST(SpokenTime, IsUnderstoodHoweverItIsSaid) {
  EXPECT_EQ(times("half past eight"), "20:30");
  EXPECT_EQ(times("would have past eight work"), "20:30");  // As speech recognition hears it.
  EXPECT_EQ(times("half passed eight"), "20:30");
  EXPECT_EQ(times("Would half-past eight work?"), "20:30");
  EXPECT_EQ(times("half eight"), "20:30");
  EXPECT_EQ(times("eight thirty"), "20:30");
  EXPECT_EQ(times("eight-thirty, okay?"), "20:30");
  EXPECT_EQ(times("8:30"), "20:30");
  EXPECT_EQ(times("8.30 would be fine."), "20:30");
  EXPECT_EQ(times("at 830"), "20:30");
  EXPECT_EQ(times("20:30"), "20:30");
  EXPECT_EQ(times("eight o'clock pm"), "20:00");
  EXPECT_EQ(times("eight o'clock"), "20:00");
  EXPECT_EQ(times("8 p.m."), "20:00");
  EXPECT_EQ(times("8 a.m."), "08:00");
  EXPECT_EQ(times("8 in the morning"), "08:00");
  EXPECT_EQ(times("nine in the evening"), "21:00");
  EXPECT_EQ(times("quarter to seven"), "18:45");
  EXPECT_EQ(times("a quarter past seven"), "19:15");
  EXPECT_EQ(times("twenty-five past nine"), "21:25");
  EXPECT_EQ(times("ten minutes to nine"), "20:50");
  EXPECT_EQ(times("seven oh five"), "19:05");
  EXPECT_EQ(times("seven forty five"), "19:45");
  EXPECT_EQ(times("noon"), "12:00");
  EXPECT_EQ(times("quarter to one"), "00:45") << "nearer to dinner than lunch is";
}

TEST(SpokenTime, IsUnderstoodAsTranscriptionsMishearIt) {
  EXPECT_EQ(times("would have past eight work"), "20:30");
  EXPECT_EQ(times("Have passed 8, for two people"), "20:30");
  EXPECT_EQ(times("half passed ate"), "20:30");
  EXPECT_EQ(times("quarter passed seven"), "19:15");
  EXPECT_EQ(times("we have passed that"), "");
}

TEST(SpokenTime, SeveralAreToldApart) {
  EXPECT_EQ(times("Eight is taken, would half past eight work?"), "20:00 20:30");
  EXPECT_EQ(times("seven or nine thirty"), "19:00 21:30");
}

TEST(SpokenTime, ANumberOfSomethingElseIsNone) {
  EXPECT_EQ(times("a table for two"), "");
  EXPECT_EQ(times("for four people"), "");
  EXPECT_EQ(times("a party of six"), "");
  EXPECT_EQ(times("in ten minutes"), "");
  EXPECT_EQ(times("one moment"), "");
  EXPECT_EQ(times("a table under eight"), "") << "Ada, as speech recognition hears her";
  EXPECT_EQ(times("Lovely, half-past, eight for two under eight").substr(0, 5), "20:30");
  EXPECT_EQ(times("Lovely, half-past, eight for two under eight").find("20:00"), std::string::npos);
  EXPECT_EQ(times("Hello, how can I help you?"), "");
  EXPECT_EQ(times("25:99 and 12345"), "");
}

TEST(SpokenTime, IsSaidTheWayPeopleDo) {
  EXPECT_EQ(say_time(20 * 60 + 30), "half past eight");
  EXPECT_EQ(say_time(20 * 60), "eight o'clock");
  EXPECT_EQ(say_time(18 * 60 + 45), "quarter to seven");
  EXPECT_EQ(say_time(12 * 60 + 45), "quarter to one");
  EXPECT_EQ(say_time(12 * 60), "noon");
  EXPECT_EQ(say_time(9 * 60 + 5), "nine oh five");
  EXPECT_EQ(say_time(21 * 60 + 42), "nine forty two");
}

TEST(SpokenTime, WhatIsSaidIsUnderstoodAgain) {
  for (int minutes = 1; minutes < 24 * 60; ++minutes) {
    const auto heard = find_times(say_time(minutes));
    ASSERT_EQ(heard.size(), 1U) << say_time(minutes);
    EXPECT_EQ(resolve(heard[0], minutes), minutes) << say_time(minutes);
  }
}

TEST(SpokenNumber, IsTheFirstThatIsPartOfNoTime) {
  EXPECT_EQ(find_number("for two people at half past eight"), 2);
  EXPECT_EQ(find_number("at 8:30 for twenty-five"), 25);
  EXPECT_EQ(find_number("no idea"), std::nullopt);
}

}  // namespace
}  // namespace call_agent::providers::scripted
