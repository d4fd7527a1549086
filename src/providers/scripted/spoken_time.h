#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace call_agent::providers::scripted {

/// A time of day as somebody said it.
struct SpokenTime {
  int minutes = 0;        ///< Since midnight, in [0, 1440).
  bool certain = false;   ///< Morning or afternoon was said, or follows ("20:30"); else `minutes` is before noon.
  bool bare = false;      ///< Only a number: "eight" may be a time, a party or a price.
  std::size_t begin = 0;  ///< Where in the text it was said, in bytes.
  std::size_t end = 0;
};

/// Every time in an English sentence, in order: "half past eight", "8:30", "eight thirty", "quarter to seven",
/// "eight o'clock pm", "20:30", "noon". A number before "people", "minutes" and the like, or after "table for", is
/// none.
std::vector<SpokenTime> find_times(std::string_view text);

/// The time of day meant, if something near `near` (minutes since midnight) is being spoken of.
int resolve(const SpokenTime& time, int near);

/// "half past eight", "eight o'clock", "eight forty": as the agent says it.
std::string say_time(int minutes);
/// "20:30".
std::string format_time(int minutes);
/// Minutes since midnight of "20:30"; empty if it is no such thing.
std::optional<int> parse_clock(std::string_view text);

/// The value of "two", "twenty-five" or "12"; empty if it is no number from 0 to 99.
std::optional<int> parse_number(std::string_view word);
/// The first number in the text that is part of no time; empty if there is none.
std::optional<int> find_number(std::string_view text);

}  // namespace call_agent::providers::scripted
