#include "numbers/plugin/plugin.h"

#include <phonenumbers/phonenumberutil.h>
#include <phonenumbers/shortnumberinfo.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <list>
#include <string>
#include <string_view>

namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;
using i18n::phonenumbers::ShortNumberInfo;

// Premium whatever the data of the day says of the rest of the number: ITU-T E.164 for +979, the numbering plans of
// North America, the United Kingdom and Germany.
constexpr std::array<std::string_view, 4> kPremiumPrefixes{"+1900", "+449", "+49900", "+979"};

int verdict_of(PhoneNumberUtil::ValidationResult reason) {
  switch (reason) {
    case PhoneNumberUtil::IS_POSSIBLE:
      return kCallAgentPossible;
    case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY:
      return kCallAgentNoAreaCode;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE:
      return kCallAgentNoSuchCountry;
    case PhoneNumberUtil::TOO_SHORT:
      return kCallAgentTooShort;
    case PhoneNumberUtil::TOO_LONG:
      return kCallAgentTooLong;
    default:
      return kCallAgentWrongLength;
  }
}

int verdict_of(PhoneNumberUtil::ErrorType error) {
  switch (error) {
    case PhoneNumberUtil::NO_PARSING_ERROR:
      return kCallAgentPossible;
    case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
      return kCallAgentNoSuchCountry;
    case PhoneNumberUtil::TOO_LONG_NSN:
      return kCallAgentTooLong;
    default:
      return kCallAgentTooShort;
  }
}

// After its country code an emergency number is still one: some gateways strip the code again.
bool is_emergency(const ShortNumberInfo& short_numbers, const std::string& national,
                  const std::list<std::string>& regions) {
  return std::any_of(regions.begin(), regions.end(),
                     [&](const std::string& region) { return short_numbers.IsEmergencyNumber(national, region); });
}

template <std::size_t N>
void copy(const std::string& from, char (&to)[N]) {
  std::memset(to, 0, N);
  std::memcpy(to, from.data(), std::min(from.size(), N - 1));
}

int check(const std::string& text, CallAgentNumber& out) {
  const auto& util = *PhoneNumberUtil::GetInstance();
  static const ShortNumberInfo short_numbers;

  PhoneNumber number;
  if (const int verdict = verdict_of(util.Parse(text, "ZZ", &number)); verdict != kCallAgentPossible) return verdict;
  std::string national;
  util.GetNationalSignificantNumber(number, &national);
  std::list<std::string> regions;
  util.GetRegionCodesForCountryCallingCode(number.country_code(), &regions);
  if (is_emergency(short_numbers, national, regions)) return kCallAgentEmergency;

  const bool valid = util.IsValidNumber(number);
  if (!valid && short_numbers.IsValidShortNumber(number)) return kCallAgentShort;
  std::string e164;
  util.Format(number, PhoneNumberUtil::E164, &e164);
  const bool premium = std::any_of(kPremiumPrefixes.begin(), kPremiumPrefixes.end(), [&](std::string_view prefix) {
    return e164.compare(0, prefix.size(), prefix) == 0;
  });
  if (premium || util.GetNumberType(number) == PhoneNumberUtil::PREMIUM_RATE) return kCallAgentPremium;
  if (const int verdict = verdict_of(util.IsPossibleNumberWithReason(number)); verdict != kCallAgentPossible) {
    return verdict;
  }

  // "+44 (0)20 …" loses its national prefix; what loses another one when it is read again is no number of anybody's.
  PhoneNumber again;
  if (util.Parse(e164, "ZZ", &again) != PhoneNumberUtil::NO_PARSING_ERROR || !util.IsPossibleNumber(again)) {
    return kCallAgentWrongLength;
  }
  std::string stable;
  util.Format(again, PhoneNumberUtil::E164, &stable);
  if (stable != e164) return kCallAgentWrongLength;

  std::string region;
  util.GetRegionCodeForNumber(number, &region);
  copy(e164, out.e164);
  copy(region == "ZZ" || region == "001" ? std::string() : region, out.region);
  out.valid = valid ? 1 : 0;
  return kCallAgentPossible;
}

}  // namespace

extern "C" int call_agent_check_number_v1(const char* number, CallAgentNumber* out) {
  try {
    return check(number, *out);
  } catch (...) {
    return kCallAgentFailed;
  }
}
