#include "livekit/rtc/outgoing.h"

#include <gtest/gtest.h>

namespace call_agent::livekit::rtc {
namespace {

bool refused(const Result<void>& result) {
  return !result && result.error().code == Errc::kInvalidArgument;
}

// Beyond 7 bits, cut short, overlong, half of a surrogate pair, beyond the last code point.
constexpr const char* kNotUtf8[] = {"\xff", "caf\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"};

TEST(Outgoing, DigitsHaveTheCodesOfRfc4733) {
  EXPECT_EQ(dtmf_code('0'), 0U);
  EXPECT_EQ(dtmf_code('9'), 9U);
  EXPECT_EQ(dtmf_code('*'), 10U);
  EXPECT_EQ(dtmf_code('#'), 11U);
  EXPECT_EQ(dtmf_code('A'), 12U);
  EXPECT_EQ(dtmf_code('d'), 15U);
  for (const char bad : {'E', ' ', 'w', '\0', '\xff'}) EXPECT_FALSE(dtmf_code(bad)) << static_cast<int>(bad);
}

TEST(Outgoing, OneToSixtyFourDigits) {
  EXPECT_TRUE(validate_digits("0123456789*#ABCDabcd"));
  EXPECT_TRUE(validate_digits(std::string(64, '1')));
  EXPECT_TRUE(refused(validate_digits(std::string(65, '1'))));
  EXPECT_TRUE(refused(validate_digits("")));
  EXPECT_TRUE(refused(validate_digits("12w3")));
  EXPECT_TRUE(refused(validate_digits(std::string_view("1\0", 2))));
}

TEST(Outgoing, AttributesHaveNamesAndAtMost64KiBOfUtf8) {
  EXPECT_TRUE(validate_attributes({}));
  EXPECT_TRUE(validate_attributes({{"café", std::string("a\0b", 3)}, {"removed", ""}}));
  EXPECT_TRUE(validate_attributes({{"a", std::string(32767, 'x')}, {"b", std::string(32767, 'x')}}));
  EXPECT_TRUE(refused(validate_attributes({{"a", std::string(32767, 'x')}, {"b", std::string(32768, 'x')}})));
  EXPECT_TRUE(refused(validate_attributes({{"", "x"}})));
  for (const char* text : kNotUtf8) {
    EXPECT_TRUE(refused(validate_attributes({{"a", "x"}, {"b", text}}))) << text;
    EXPECT_TRUE(refused(validate_attributes({{text, "x"}}))) << text;
  }
}

TEST(Outgoing, DataIsAnyBytesUnderATopicOfUtf8) {
  EXPECT_TRUE(validate_data("\xff", ""));
  EXPECT_TRUE(validate_data(std::string(15360, '\0'), std::string(256, 't')));
  EXPECT_TRUE(refused(validate_data("", "topic")));
  EXPECT_TRUE(refused(validate_data(std::string(15361, 'x'), "topic")));
  EXPECT_TRUE(refused(validate_data("x", std::string(257, 't'))));
  for (const char* text : kNotUtf8) EXPECT_TRUE(refused(validate_data("x", text))) << text;
}

}  // namespace
}  // namespace call_agent::livekit::rtc
