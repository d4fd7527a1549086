#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace call_agent {

/// Variables of a .env file: KEY=VALUE lines, `export ` allowed, # comments, single or double quotes, between which a
/// value may go over several lines.
/// Errors: kInvalidArgument with the line number; the value is never repeated, it may be a secret.
Result<std::map<std::string, std::string>> parse_env_file(std::string_view text);

/// Configuration, from the first place that has a variable: the process environment, --env-file, .env in the working
/// folder, .env in config_home().
class Settings {
 public:
  /// Errors: kNotFound or kInvalidArgument for an --env-file that cannot be read; a broken implicit .env file too.
  static Result<Settings> load(const std::optional<std::filesystem::path>& env_file);
  /// For tests: just these values, no environment.
  static Settings of(std::map<std::string, std::string> values);

  /// Empty values count as missing.
  std::optional<std::string> get(std::string_view name) const;
  std::string get_or(std::string_view name, std::string_view otherwise) const;
  /// Errors: kInvalidArgument, naming the variable, where it was looked for and where to get a value.
  Result<std::string> require(std::string_view name) const;
  /// The place a value came from, for `doctor`: "environment" or a file's path. Empty if missing.
  std::string source(std::string_view name) const;

 private:
  struct Layer {
    std::string source;
    std::map<std::string, std::string> values;
  };
  bool use_environment_ = false;
  std::vector<Layer> layers_;
};

}  // namespace call_agent
