#include "core/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "core/paths.h"

namespace call_agent {
namespace {

struct Hint {
  std::string_view name;
  std::string_view where;
};
constexpr std::array kHints{
    Hint{"LIVEKIT_URL", "the address of your LiveKit server, such as wss://my-project.livekit.cloud"},
    Hint{"LIVEKIT_API_KEY", "LiveKit Cloud, Settings, API keys; or `keys` in your livekit-server's configuration"},
    Hint{"LIVEKIT_API_SECRET", "LiveKit Cloud, Settings, API keys; or `keys` in your livekit-server's configuration"},
    Hint{"SIP_OUTBOUND_TRUNK_ID",
         "LiveKit Cloud, Telephony, SIP trunks (an id like ST_…); locally, `./run stack up` prints it"},
};

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// A comment starts at a # after a blank; any other # belongs to the value.
std::string_view without_comment(std::string_view text) {
  for (auto at = text.find('#'); at != std::string_view::npos; at = text.find('#', at + 1)) {
    if (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) return text.substr(0, at);
  }
  return text;
}

// The file may be another program's as well, whose names have dots and dashes.
bool valid_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") ==
         std::string_view::npos;
}

// Cuts the next line off `text`.
std::string_view next_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  return line;
}

const char* environment(std::string_view name) {
  return std::getenv(std::string(name).c_str());  // NOLINT(concurrency-mt-unsafe): nothing of ours calls setenv.
}

}  // namespace

Result<std::map<std::string, std::string>> parse_env_file(std::string_view text) {
  std::map<std::string, std::string> values;
  int line_number = 0;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // Editors of Windows begin UTF-8 with a mark.
  while (!text.empty()) {
    ++line_number;
    const std::string_view from_here = text;
    std::string_view line = trim(next_line(text));
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with("export ")) line = trim(line.substr(7));

    const auto equals = line.find('=');
    if (equals == std::string_view::npos || !valid_name(trim(line.substr(0, equals)))) {
      return fail(Errc::kInvalidArgument, fmt::format("line {}: expected NAME=VALUE", line_number));
    }
    const auto name = trim(line.substr(0, equals));
    const auto after = line.substr(equals + 1);
    auto value = trim(after);
    if (!value.empty() && (value[0] == '"' || value[0] == '\'')) {
      // Between quotes a value may go over several lines, as a private key does.
      const auto opening = static_cast<std::size_t>(value.data() - from_here.data());
      const auto closing = from_here.find(value[0], opening + 1);
      if (closing == std::string_view::npos) {
        return fail(Errc::kInvalidArgument, fmt::format("line {}: the quote is never closed", line_number));
      }
      value = from_here.substr(opening + 1, closing - opening - 1);
      line_number += static_cast<int>(std::ranges::count(value, '\n'));
      text = from_here.substr(closing + 1);
      const auto rest = trim(next_line(text));
      if (!rest.empty() && rest[0] != '#') {
        return fail(Errc::kInvalidArgument, fmt::format("line {}: text after the closing quote", line_number));
      }
    } else {
      value = trim(without_comment(after));
    }
    if (value.find('\0') != std::string_view::npos) {
      return fail(Errc::kInvalidArgument, fmt::format("line {}: a NUL byte", line_number));
    }
    values[std::string(name)] = std::string(value);
  }
  return values;
}

Result<Settings> Settings::load(const std::optional<std::filesystem::path>& env_file) {
  Settings settings;
  settings.use_environment_ = true;

  std::vector<std::filesystem::path> files{".env", config_home() / ".env"};
  if (env_file) files.insert(files.begin(), *env_file);
  for (const auto& path : files) {
    const bool asked_for = env_file && path == *env_file;
    std::error_code error;
    // What was asked for may also be a pipe, such as the shell's <(pass show livekit).
    const auto kind = std::filesystem::status(path, error).type();
    const bool exists =
        kind == std::filesystem::file_type::regular ||
        (asked_for && kind != std::filesystem::file_type::directory && std::filesystem::exists(path, error));
    if (!exists && !asked_for) continue;
    std::ifstream file(path, std::ios::binary);
    if (!exists || !file) return fail(Errc::kNotFound, fmt::format("cannot read the env file {}", path.string()));
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto values = parse_env_file(text);
    if (!values) return fail(values.error().code, fmt::format("{}: {}", path.string(), values.error().what));
    settings.layers_.push_back({path.string(), std::move(*values)});
  }
  return settings;
}

Settings Settings::of(std::map<std::string, std::string> values) {
  Settings settings;
  settings.layers_.push_back({"test", std::move(values)});
  return settings;
}

std::optional<std::string> Settings::get(std::string_view name) const {
  if (use_environment_) {
    if (const char* value = environment(name); value && *value) return std::string(value);
  }
  for (const auto& layer : layers_) {
    const auto it = layer.values.find(std::string(name));
    if (it != layer.values.end() && !it->second.empty()) return it->second;
  }
  return std::nullopt;
}

std::string Settings::get_or(std::string_view name, std::string_view otherwise) const {
  return get(name).value_or(std::string(otherwise));
}

Result<std::string> Settings::require(std::string_view name) const {
  if (auto value = get(name)) return *value;
  std::string where;
  for (const auto& hint : kHints) {
    if (hint.name == name) where = fmt::format(" Get it from: {}.", hint.where);
  }
  return fail(Errc::kInvalidArgument,
              fmt::format("{} is not set; looked in the environment, --env-file, ./.env and {}.{}", name,
                          (config_home() / ".env").string(), where));
}

std::string Settings::source(std::string_view name) const {
  if (use_environment_) {
    if (const char* value = environment(name); value && *value) return "environment";
  }
  for (const auto& layer : layers_) {
    const auto it = layer.values.find(std::string(name));
    if (it != layer.values.end() && !it->second.empty()) return layer.source;
  }
  return {};
}

}  // namespace call_agent
