#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace call_agent::calls {

/// The value of an enum whose names, in the order of its values, are these; empty if it is none of them.
template <class Enum, std::size_t N>
std::optional<Enum> from_name(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto it = std::ranges::find(names, name);
  if (it == names.end()) return std::nullopt;
  return static_cast<Enum>(it - names.begin());
}

}  // namespace call_agent::calls
