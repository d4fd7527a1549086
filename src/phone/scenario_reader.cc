#include "phone/scenario_reader.h"

#include <algorithm>
#include <cmath>

namespace call_agent::phone {

std::unexpected<Error> JsonReader::error(std::string_view what) const {
  return fail(Errc::kInvalidArgument, place_.empty() ? std::string(what) : fmt::format("{}: {}", place_, what));
}

Result<void> JsonReader::only(std::initializer_list<std::string_view> allowed) const {
  if (!value_.is_object()) return error("must be an object {…}");
  for (const auto& [key, ignored] : value_.items()) {
    if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) {
      return error(fmt::format("unknown key \"{}\"; known here: {}", key.substr(0, 40), fmt::join(allowed, " ")));
    }
  }
  return {};
}

std::optional<JsonReader> JsonReader::member(std::string_view name) const {
  if (!value_.is_object()) return std::nullopt;
  const auto found = value_.find(name);
  if (found == value_.end()) return std::nullopt;
  return JsonReader(*found, place_.empty() ? std::string(name) : fmt::format("{}.{}", place_, name));
}

JsonReader JsonReader::item(std::size_t index) const {
  return {value_[index], fmt::format("{}[{}]", place_, index)};
}

Result<std::string> JsonReader::text(std::size_t longest) const {
  if (!value_.is_string()) return error("must be a string");
  const auto& text = value_.get_ref<const std::string&>();
  if (text.empty()) return error("must not be empty");
  if (text.size() > longest) return error(fmt::format("is longer than {} bytes", longest));
  return text;
}

Result<bool> JsonReader::boolean() const {
  if (!value_.is_boolean()) return error("must be true or false");
  return value_.get<bool>();
}

Result<double> JsonReader::number(double least, double most) const {
  const double value = value_.is_number() ? value_.get<double>() : std::nan("");
  if (!(value >= least && value <= most)) return error(fmt::format("must be a number from {} to {}", least, most));
  return value;
}

Result<milliseconds> JsonReader::seconds() const {
  const auto value = number(0, 3600);
  if (!value) return pass(value);
  return milliseconds(std::llround(*value * 1000));
}

Result<std::string> JsonReader::digits() const {
  auto digits = text(32);
  if (!digits) return digits;
  if (digits->find_first_not_of("0123456789*#ABCD") != std::string::npos) return error("must be made of 0-9 * # A-D");
  return digits;
}

}  // namespace call_agent::phone
