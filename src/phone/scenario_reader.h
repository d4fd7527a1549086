#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/clock.h"
#include "core/json.h"
#include "core/result.h"

namespace call_agent::phone {

struct Scenario;

/// A value within a scenario that knows where it stands, so that every error names its place.
/// Refers to the document, which must outlive it.
class JsonReader {
 public:
  JsonReader(const Json& value, std::string place) : value_(value), place_(std::move(place)) {}

  const std::string& place() const { return place_; }
  std::unexpected<Error> error(std::string_view what) const;

  bool is_object() const { return value_.is_object(); }
  bool is_text() const { return value_.is_string(); }
  bool is_number() const { return value_.is_number(); }
  /// Of an array; 0 for anything else.
  std::size_t size() const { return value_.is_array() ? value_.size() : 0; }
  bool is_list() const { return value_.is_array(); }

  /// Errors unless it is an object with no other members than these: a misspelt one must not be ignored.
  Result<void> only(std::initializer_list<std::string_view> allowed) const;
  /// Of an object; empty if absent.
  std::optional<JsonReader> member(std::string_view name) const;
  JsonReader item(std::size_t index) const;

  /// Not empty, at most `longest` bytes.
  Result<std::string> text(std::size_t longest) const;
  Result<bool> boolean() const;
  Result<double> number(double least, double most) const;
  /// 0 to 3600.
  Result<milliseconds> seconds() const;
  /// 1 to 32 of 0-9 * # A-D.
  Result<std::string> digits() const;

  template <class T>
  Result<T> one_of(std::span<const std::pair<std::string_view, T>> names) const {
    std::string known;
    for (const auto& [name, value] : names) {
      if (value_.is_string() && value_.get_ref<const std::string&>() == name) return value;
      known += fmt::format("{}\"{}\"", known.empty() ? "" : ", ", name);
    }
    return error(fmt::format("must be one of {}", known));
  }
  template <class T, std::size_t N>
  Result<T> one_of(std::span<const std::pair<std::string_view, T>, N> names) const {
    return one_of<T>(std::span<const std::pair<std::string_view, T>>(names));
  }

 private:
  const Json& value_;
  std::string place_;
};

/// Parses the steps into scenario.steps and scenario.clips. Errors: kInvalidArgument.
Result<void> parse_steps(const JsonReader& steps, Scenario& scenario);

}  // namespace call_agent::phone
