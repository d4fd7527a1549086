#include "core/paths.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>

namespace call_agent {
namespace fs = std::filesystem;
namespace {

fs::path from_environment(const char* name) {
  // The environment is read before threads start; nothing of ours ever sets a variable in its own process.
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value ? fs::path(value) : fs::path();
}

fs::path user_folder(const char* xdg_variable, const char* under_home) {
  if (auto xdg = from_environment(xdg_variable); !xdg.empty()) return xdg / "call-agent";
  return from_environment("HOME") / under_home / "call-agent";
}

}  // namespace

fs::path data_home() {
  if (auto home = from_environment("CALL_AGENT_HOME"); !home.empty()) return home;
  return user_folder("XDG_DATA_HOME", ".local/share");
}

fs::path config_home() {
  return user_folder("XDG_CONFIG_HOME", ".config");
}

fs::path self_path() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error);
}

Result<fs::path> find_asset(std::string_view relative) {
  const fs::path bin = self_path().parent_path();
  const std::array folders{data_home(), bin.parent_path() / "deps", bin.parent_path() / "lib" / "call-agent", bin};
  for (const auto& folder : folders) {
    std::error_code error;
    if (fs::exists(folder / relative, error)) return folder / relative;
  }
  return fail(
      Errc::kNotFound,
      fmt::format(
          "{} is missing; looked in {}, {}, {} and {}. Run ./run deps in a checkout, or install the package again.",
          relative, folders[0].string(), folders[1].string(), folders[2].string(), folders[3].string()));
}

}  // namespace call_agent
