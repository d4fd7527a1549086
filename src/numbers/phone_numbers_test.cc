#include "numbers/phone_numbers.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <thread>

namespace call_agent::numbers {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string mapped_libraries() {
  std::ifstream maps("/proc/self/maps");
  return {std::istreambuf_iterator<char>(maps), {}};
}

std::string refusal_of(std::string_view number) {
  static const PhoneNumbers plan;
  const auto checked = plan.check(number);
  if (checked) return "accepted as " + checked->e164;
  EXPECT_EQ(checked.error().code, Errc::kInvalidArgument) << number << ": " << checked.error().what;
  return checked.error().what;
}

// First in this file, so that nothing has loaded the library yet.
TEST(Normalize, NeedsNoLibrary) {
  EXPECT_EQ(normalize("+1 (415) 555-01.23"), "+14155550123");
  EXPECT_EQ(normalize(" +44 20 7946 0123 "), "+442079460123");
  EXPECT_THAT(refusal_of("not a number!"), HasSubstr("must be E.164, like +14155550123; got \"not a number!\""));
  EXPECT_THAT(mapped_libraries(), Not(HasSubstr("libphonenumber")));
}

TEST(Normalize, RefusesWhatCannotBeE164) {
  for (const std::string_view text : {"",
                                      " ",
                                      "+",
                                      "++14155550123",
                                      "14155550123",
                                      "0014155550123",
                                      "911",
                                      "+",
                                      "-",
                                      "()",
                                      "+1415555012a",
                                      "+14155550123;ext=1",
                                      "tel:+14155550123",
                                      "+14155550123@evil",
                                      "sip:x@y",
                                      "+1415\r\nX: y",
                                      "+1415555\t0123",
                                      "\uff0b14155550123",
                                      "+\u06614155550123",
                                      "+1,4155550123",
                                      "+1/4155550123",
                                      "4155550123+1"}) {
    const auto number = normalize(text);
    ASSERT_FALSE(number) << text;
    EXPECT_THAT(number.error().what, HasSubstr("must be E.164, like +14155550123; got")) << text;
    EXPECT_THAT(number.error().what, Not(HasSubstr("\n")));
  }
  EXPECT_FALSE(
      normalize(std::string_view("+1415555\0"
                                 "0123",
                                 13)));
  EXPECT_THAT(normalize("+1234567890123456").error().what, HasSubstr("15 digits"));
  EXPECT_THAT(normalize(std::string(100'000, '1')).error().what, testing::SizeIs(testing::Lt(200U)));
  for (const char* text : {"+911", "+112", "+999", "+1911", "+44999", "+49112", "+1555", "+33112", "+110"}) {
    EXPECT_THAT(normalize(text).error().what, HasSubstr("too short")) << text;
  }
}

TEST(PhoneNumbers, AcceptsSubscribersNumbersOfTheWorld) {
  const PhoneNumbers plan;
  struct Case {
    const char* written;
    const char* e164;
    const char* region;
  };
  for (const auto& [written, e164, region] :
       {Case{"+1 415 555 2671", "+14155552671", "US"}, Case{"+33 1 42 68 53 00", "+33142685300", "FR"},
        Case{"+49 30 901820", "+4930901820", "DE"}, Case{"+91 11 2301 2345", "+911123012345", "IN"},
        Case{"+81 3-3581-0101", "+81335810101", "JP"}, Case{"+55 11 91234-5678", "+5511912345678", "BR"},
        Case{"+683 4002", "+6834002", "NU"}}) {
    const auto checked = plan.check(written);
    ASSERT_TRUE(checked) << written << ": " << checked.error().what;
    EXPECT_EQ(checked->e164, e164);
    EXPECT_EQ(checked->region, region);
    EXPECT_EQ(checked->warning, "") << written;
  }
}

TEST(PhoneNumbers, ANationalPrefixInParenthesesIsDropped) {
  const PhoneNumbers plan;
  const auto checked = plan.check("+44 (0)20 7946 0123");
  ASSERT_TRUE(checked) << checked.error().what;
  EXPECT_EQ(checked->e164, "+442079460123");
  EXPECT_THAT(refusal_of("+640. 0. 34466.3"), HasSubstr("phone_number has")) << "two of them are a mistake";
}

TEST(PhoneNumbers, AcceptsTheNumbersSetAsideForDrama) {
  const PhoneNumbers plan;
  for (int i = 0; i < 1000; ++i) {
    const auto number = fmt::format("+44207946{:04}", i);
    const auto checked = plan.check(number);
    ASSERT_TRUE(checked) << number << ": " << checked.error().what;
    EXPECT_EQ(checked->e164, number);
    EXPECT_EQ(checked->region, "GB");
  }
}

TEST(PhoneNumbers, AnUnknownAreaCodeOnlyWarns) {
  const PhoneNumbers plan;
  const auto checked = plan.check("+1 555 555 0123");
  ASSERT_TRUE(checked) << checked.error().what;
  EXPECT_THAT(checked->warning, HasSubstr("area code"));
  EXPECT_EQ(checked->e164, "+15555550123");
}

TEST(PhoneNumbers, RefusesWhatIsNotPossibleAndSaysHowToMendIt) {
  EXPECT_THAT(refusal_of("+999 1234 5678"), HasSubstr("country code"));
  EXPECT_THAT(refusal_of("+1 555 0123"), HasSubstr("phone_number has"));
  EXPECT_THAT(refusal_of("+1 415 555 01234"), HasSubstr("too many"));
  EXPECT_THAT(refusal_of("+33 1 42 68 53"), HasSubstr("phone_number has"));
  EXPECT_THAT(refusal_of("+0 415 555 0123"), HasSubstr("phone_number has"));
}

TEST(PhoneNumbers, NeverCallsPremiumShortOrEmergencyNumbers) {
  for (const char* number : {"+1 900 234 5678", "+1 900 000 0000", "+44 909 879 0123", "+44 9000 000 000",
                             "+49 900 1234567", "+33 899 123 456", "+979 123 456 789"}) {
    EXPECT_THAT(refusal_of(number), HasSubstr("premium")) << number;
  }
  for (const char* number : {"+1 911", "+44 999", "+49 112", "+44 112", "+91 112", "+61 000", "+81 110", "+353 112",
                             "+852 999", "+972 100", "+351 112", "+380 112"}) {
    EXPECT_THAT(refusal_of(number), HasSubstr("never called")) << number;
  }
  for (const char* number : {"+44 118 118", "+49 116117", "+33 3631", "+358 116 117", "+353 116 123"}) {
    EXPECT_THAT(refusal_of(number), Not(HasSubstr("accepted"))) << number;
  }
}

TEST(PhoneNumbers, MayBeAskedByManyAtOnce) {
  const PhoneNumbers plan;
  std::vector<std::thread> askers;
  askers.reserve(4);
  for (int i = 0; i < 4; ++i) {
    askers.emplace_back([&plan] {
      for (int n = 0; n < 100; ++n) EXPECT_TRUE(plan.check(fmt::format("+44207946{:04}", n)));
    });
  }
  for (auto& asker : askers) asker.join();
}

}  // namespace
}  // namespace call_agent::numbers
