#pragma once

#include <string>
#include <utility>

#include "calls/call.h"

namespace call_agent::store {

/// For tests: a call as the placer inserts it.
inline calls::Call a_call(std::string id, std::string key = "") {
  calls::Call call;
  call.call_id = std::move(id);
  call.room = call.call_id;
  call.phone_number = "+442079460123";
  call.objective = "Book a table";
  call.request = {{"language", "en"}};
  call.idempotency_key = std::move(key);
  return call;
}

}  // namespace call_agent::store
