#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "numbers/phone_numbers.h"

// A number comes from a language model: whatever it is, what is accepted is E.164 and stays what it is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const call_agent::numbers::PhoneNumbers plan;
  const auto checked = plan.check({reinterpret_cast<const char*>(data), size});
  if (!checked) {
    if (checked.error().code != call_agent::Errc::kInvalidArgument) std::abort();
    return 0;
  }
  if (checked->e164.size() < 8 || checked->e164.size() > 16 || checked->e164[0] != '+') std::abort();
  if (checked->e164.find_first_not_of("0123456789", 1) != std::string::npos) std::abort();
  const auto again = plan.check(checked->e164);
  if (!again || again->e164 != checked->e164) std::abort();
  return 0;
}
