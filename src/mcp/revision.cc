#include "mcp/revision.h"

#include <array>
#include <utility>

namespace call_agent::mcp {
namespace {

constexpr std::array kNames{std::pair{Revision::k2025_03_26, std::string_view("2025-03-26")},
                            std::pair{Revision::k2025_06_18, std::string_view("2025-06-18")},
                            std::pair{Revision::k2025_11_25, std::string_view("2025-11-25")},
                            std::pair{Revision::k2026_07_28, std::string_view("2026-07-28")}};
static_assert(kNames.size() == kRevisions);

}  // namespace

std::string_view to_string(Revision revision) {
  return kNames[static_cast<std::size_t>(revision)].second;
}

std::optional<Revision> revision_from(std::string_view name) {
  for (const auto& [revision, text] : kNames) {
    if (text == name) return revision;
  }
  return std::nullopt;
}

}  // namespace call_agent::mcp
