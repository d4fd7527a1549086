#pragma once

#include <deque>
#include <string>

#include "agent/ports.h"
#include "core/channel.h"

namespace call_agent::agent {

/// The keys of the agent's telephone: whoever presses them, the language model or the principal, one row of them is
/// pressed after the other. A menu takes digits in the order they come.
///
/// Lives on one executor.
class Keypad {
 public:
  /// `media` outlives it.
  Keypad(const asio::any_io_executor& executor, CallMedia& media) : media_(media), changed_(executor) {}

  /// Presses keys (see check_digits), after those asked for before. Returns once the last is sent.
  /// Errors: kInvalidArgument; those of the media.
  awaitable<Result<void>> press(std::string digits);

 private:
  class Turn;

  CallMedia& media_;
  Notifier changed_;
  std::deque<int> turns_;  // Whose it is comes first.
  int last_turn_ = 0;
  TimePoint last_pressed_{};
};

}  // namespace call_agent::agent
