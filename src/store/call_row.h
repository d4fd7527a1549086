#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "calls/call.h"
#include "core/result.h"
#include "store/database.h"

namespace call_agent::store {

/// The columns read_call() expects, in its order.
std::string_view call_columns();

/// The call a row holds, without its transcript. Errors: kInternal for a row that this program did not write.
Result<calls::Call> read_call(const Query& row);

/// answers and commitments as their columns hold them.
std::string answers_column(const std::vector<calls::Answer>& answers);
std::string commitments_column(const std::vector<std::string>& commitments);

/// The column that makes an idempotency key unique: the key itself for this machine's user (as it was before calls had
/// owners), for anybody else with the owner in front. Empty for an empty key.
std::string key_column(std::string_view owner, std::string_view key);

/// "dispatching_ms": when a call entered that state.
std::string entered_column(calls::State state);

}  // namespace call_agent::store
