#include "phone/preparation.h"

#include <fmt/format.h>

namespace call_agent::phone {

std::optional<std::string> Preparation::next(TimePoint now) {
  ++begun_;
  if (now - began_ <= kPatience) return std::nullopt;
  return fmt::format("preparing sentence {} of {}", begun_, sentences_);
}

}  // namespace call_agent::phone
