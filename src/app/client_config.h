#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/settings.h"

namespace call_agent::app {

/// The entry for Claude Desktop's configuration file, ready to paste: our executable with the variables it needs, their
/// values where `settings` has them and a placeholder where not. It holds the API secret: print it only when asked to.
std::string claude_desktop_config(const Settings& settings, const std::filesystem::path& executable);

}  // namespace call_agent::app
