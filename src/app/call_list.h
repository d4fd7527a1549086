#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "calls/placer.h"

/// Lists of calls to place, from a file.
namespace call_agent::app {

struct ListedCall {
  std::size_t line = 0;  ///< In the file, from 1; 0 if it came from the command line.
  calls::PlaceRequest request;
};

inline constexpr std::size_t kMostListedCalls = 10'000;

/// CSV as RFC 4180 has it: a heading that names its columns (phone_number, objective, context, opening, language,
/// max_minutes, idempotency_key), or no heading and just numbers, with an objective beside each if wanted.
/// Errors: kInvalidArgument, with every wrong line.
Result<std::vector<ListedCall>> parse_csv_list(std::string_view text);

/// One JSON object a line, with those fields and result_schema. Errors: likewise.
Result<std::vector<ListedCall>> parse_jsonl_list(std::string_view text);

/// Whether every call of a list may be placed, before any is: numbers, arguments, and no number twice.
/// Returns warnings, a line each. Errors: kInvalidArgument, with every wrong line.
Result<std::string> check_list(const std::vector<ListedCall>& list, const calls::NumberingPlan& plan);

}  // namespace call_agent::app
