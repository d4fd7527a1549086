#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "calls/ports.h"

namespace call_agent::numbers {

/// What a caller wrote, as '+' and digits: blanks, hyphens, dots and parentheses are dropped.
/// Errors: kInvalidArgument for anything that cannot be an E.164 number of 7 to 15 digits (ITU-T E.164; the shortest in
/// use, on Niue and Saint Helena, have 7). Costs a microsecond and loads nothing.
Result<std::string> normalize(std::string_view phone_number);

/// The numbering plan of libphonenumber, loaded from libcall_agent_numbers.so when the first number is checked.
///
/// Its data is of 2022: whether a number is possible decides, whether it is valid only warns.
/// Thread-safe.
class PhoneNumbers final : public calls::NumberingPlan {
 public:
  PhoneNumbers();
  ~PhoneNumbers() override;

  /// Errors besides the port's: kNotFound or kInternal if the library is missing or does not load, with the mend.
  Result<calls::CheckedNumber> check(std::string_view phone_number) const override;

  /// Loads the library now. Errors: as check()'s. For `doctor`.
  Result<void> load() const;

 private:
  struct Library;
  mutable std::mutex loading_;
  mutable std::unique_ptr<Library> library_;
};

}  // namespace call_agent::numbers
