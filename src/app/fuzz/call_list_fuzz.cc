#include <cstdint>
#include <string_view>

#include "app/call_list.h"

// Lists are files somebody made with something: reading one never crashes and never returns more than it may.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace call_agent::app;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto csv = parse_csv_list(text);
  const auto jsonl = parse_jsonl_list(text);
  if ((csv && csv->size() > kMostListedCalls) || (jsonl && jsonl->size() > kMostListedCalls)) __builtin_trap();
  return 0;
}
