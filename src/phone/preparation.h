#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "core/clock.h"

namespace call_agent::phone {

/// What a person is told who waits until every sentence of the scenarios is synthesised: nothing within the first
/// second.
class Preparation {
 public:
  static constexpr milliseconds kPatience{1000};

  Preparation(std::size_t sentences, TimePoint began) : sentences_(sentences), began_(began) {}

  /// The next sentence begins at `now`: a line to show, if any.
  std::optional<std::string> next(TimePoint now);

 private:
  std::size_t sentences_;
  TimePoint began_;
  std::size_t begun_ = 0;
};

}  // namespace call_agent::phone
