#include "calls/room_deletion.h"

#include <algorithm>

namespace call_agent::calls {
namespace {

constexpr milliseconds kAgain{500};

}  // namespace

awaitable<Result<void>> delete_room_patiently(Telephony& telephony, std::string room, milliseconds patience) {
  const auto deadline = Deadline::after(patience);
  while (true) {
    auto deleted = co_await telephony.delete_room(room);
    if (deleted || deadline.passed()) co_return deleted;
    co_await sleep_for(std::min(kAgain, deadline.left()));
  }
}

}  // namespace call_agent::calls
