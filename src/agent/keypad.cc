#include "agent/keypad.h"

#include <algorithm>
#include <utility>

#include "agent/tools.h"

namespace call_agent::agent {
namespace {

constexpr milliseconds kPause{500};    // Of a w, as modems have it.
constexpr milliseconds kBetween{300};  // Two rows of keys; closer together they run into each other.

}  // namespace

/// A place in the queue, given up however the presser ends.
class Keypad::Turn {
 public:
  explicit Turn(Keypad& keypad) : keypad_(keypad), number_(++keypad.last_turn_) { keypad.turns_.push_back(number_); }
  ~Turn() {
    std::erase(keypad_.turns_, number_);
    keypad_.changed_.notify();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool has_come() const { return keypad_.turns_.front() == number_; }

 private:
  Keypad& keypad_;
  const int number_;
};

awaitable<Result<void>> Keypad::press(std::string digits) {
  if (auto valid = check_digits(digits); !valid) co_return pass(valid);
  const Turn turn(*this);
  while (!turn.has_come()) co_await changed_.wait();
  const auto since = std::chrono::duration_cast<milliseconds>(Clock::now() - last_pressed_);
  if (since < kBetween) co_await sleep_for(kBetween - since);
  for (std::size_t at = 0; at < digits.size();) {
    if (digits[at] == 'w') {
      co_await sleep_for(kPause);
      ++at;
      continue;
    }
    const auto end = std::min(digits.find('w', at), digits.size());
    auto sent = co_await media_.send_dtmf(std::string_view(digits).substr(at, end - at));
    last_pressed_ = Clock::now();
    if (!sent) co_return sent;
    at = end;
  }
  co_return Result<void>{};
}

}  // namespace call_agent::agent
