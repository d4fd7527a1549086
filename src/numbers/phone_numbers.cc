#include "numbers/phone_numbers.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>

#include "core/paths.h"
#include "numbers/plugin/plugin.h"

namespace call_agent::numbers {
namespace {

constexpr std::string_view kLibrary = "libcall_agent_numbers.so";
constexpr std::size_t kMostDigits = 15;
constexpr std::size_t kLeastDigits = 7;
constexpr std::size_t kMostShown = 24;

// The argument as an error may repeat it: short, on one line, ASCII.
std::string shown(std::string_view text) {
  std::string result = "\"";
  for (const char c : text.substr(0, kMostShown)) {
    if (c < ' ' || c > '~' || c == '"' || c == '\\') {
      fmt::format_to(std::back_inserter(result), "\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      result.push_back(c);
    }
  }
  return result + (text.size() > kMostShown ? "…\"" : "\"");
}

std::unexpected<Error> refuse(std::string_view why) {
  return fail(Errc::kInvalidArgument, fmt::format("phone_number {}", why));
}

std::unexpected<Error> not_e164(std::string_view text) {
  return refuse(fmt::format("must be E.164, like +14155550123; got {}", shown(text)));
}

std::unexpected<Error> refusal(int verdict) {
  switch (verdict) {
    case kCallAgentNoSuchCountry:
      return refuse("has no known country code after the +: check its first digits");
    case kCallAgentTooShort:
      return refuse("has too few digits for its country: give it in full, area code included");
    case kCallAgentTooLong:
      return refuse("has too many digits for its country: check it");
    case kCallAgentWrongLength:
      return refuse("has not as many digits as numbers of its country have: check it");
    case kCallAgentNoAreaCode:
      return refuse("has no area code: give it in full, like +14155550123");
    case kCallAgentEmergency:
      return refuse("is an emergency number: these are never called");
    case kCallAgentShort:
      return refuse("is a short number: these are never called; give a subscriber's number");
    case kCallAgentPremium:
      return refuse("is a premium-rate number: these are never called");
    default:
      return fail(Errc::kInternal, "phone_number could not be checked");
  }
}

}  // namespace

Result<std::string> normalize(std::string_view phone_number) {
  std::string digits;
  for (const char c : phone_number) {
    if (c == ' ' || c == '-' || c == '.' || c == '(' || c == ')') continue;
    const bool plus = c == '+' && digits.empty();
    if (!plus && !(c >= '0' && c <= '9')) return not_e164(phone_number);
    if (!plus && digits.empty()) return not_e164(phone_number);
    digits.push_back(c);
    if (digits.size() > kMostDigits + 1) return refuse("has more than the 15 digits of E.164");
  }
  if (digits.size() < 2) return not_e164(phone_number);
  if (digits.size() < kLeastDigits + 1) {
    return refuse(
        fmt::format("is too short to be E.164, like +14155550123; got {}. "
                    "Emergency and short numbers are never called.",
                    shown(phone_number)));
  }
  return digits;
}

struct PhoneNumbers::Library {
  void* handle = nullptr;
  decltype(&call_agent_check_number_v1) check = nullptr;

  // Never unloaded: libphonenumber's data lives as long as the process, and so does what it registered with others.
};

PhoneNumbers::PhoneNumbers() = default;
PhoneNumbers::~PhoneNumbers() = default;

Result<void> PhoneNumbers::load() const {
  const std::scoped_lock lock(loading_);
  if (library_) return {};
  // Beside the executable it was built with; in an installation, among the libraries.
  std::filesystem::path path = self_path().parent_path() / kLibrary;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    auto found = find_asset(fmt::format("lib/{}", kLibrary));
    if (!found) return pass(found);
    path = *found;
  }
  auto library = std::make_unique<Library>();
  library->handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library->handle) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc keeps the message by thread.
    return fail(Errc::kInternal, fmt::format("{}. Is the package libphonenumber8 installed?", dlerror()));
  }
  library->check = reinterpret_cast<decltype(library->check)>(dlsym(library->handle, "call_agent_check_number_v1"));
  if (!library->check) {
    return fail(Errc::kInternal, fmt::format("{} is of another version: build or install it again", path.string()));
  }
  library_ = std::move(library);
  return {};
}

Result<calls::CheckedNumber> PhoneNumbers::check(std::string_view phone_number) const {
  const auto digits = normalize(phone_number);
  if (!digits) return pass(digits);
  if (auto loaded = load(); !loaded) return pass(loaded);
  CallAgentNumber number{};
  const int verdict = library_->check(digits->c_str(), &number);
  if (verdict != kCallAgentPossible) return refusal(verdict);
  // It may have lost a national prefix since normalize() counted.
  if (std::string_view(number.e164).size() < kLeastDigits + 1) return refusal(kCallAgentTooShort);
  calls::CheckedNumber checked{.e164 = number.e164, .region = number.region, .warning = ""};
  if (number.valid == 0) checked.warning = "the area code is not known to the 2022 numbering data";
  return checked;
}

}  // namespace call_agent::numbers
