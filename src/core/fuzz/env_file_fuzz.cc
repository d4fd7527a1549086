#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/settings.h"

namespace {

using namespace call_agent;

constexpr std::string_view kSecret = "7f3a9c";

// An error names the line and never what stands there: no secret is repeated, wherever it came to lie.
void check_refusal(std::string_view text, std::size_t at) {
  const auto values = parse_env_file(std::string(text.substr(0, at)).append(kSecret).append(text.substr(at)));
  if (values) return;
  if (values.error().code != Errc::kInvalidArgument || !values.error().what.starts_with("line ")) std::abort();
  if (values.error().what.contains(kSecret)) std::abort();
}

// What was read reads the same once it is written down in quotes.
void check_values(const std::map<std::string, std::string>& values) {
  std::string written;
  for (const auto& [name, value] : values) {
    const char quote = value.contains('\'') ? '"' : '\'';
    if (value.contains(quote)) return;
    written.append("export ").append(name).append("=").append(1, quote).append(value).append(1, quote).append("\n");
  }
  const auto again = parse_env_file(written);
  if (!again || *again != values) std::abort();
}

}  // namespace

/// The first byte chooses where in the file the secret lies.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_refusal(text, data[0] % (text.size() + 1));
  if (const auto values = parse_env_file(text)) check_values(*values);
  return 0;
}
