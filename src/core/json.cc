#include "core/json.h"

#include <fmt/format.h>

namespace call_agent {

Result<Json> parse_json(std::string_view text, std::size_t max_depth) {
  bool too_deep = false;
  const auto limit = [&](int depth, Json::parse_event_t event, Json&) {
    const bool opens = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && static_cast<std::size_t>(depth) >= max_depth) too_deep = true;
    return !too_deep;
  };
  try {
    // The callback discards deeper values instead of building them; the parser itself does not recurse.
    Json value = Json::parse(text, limit);
    if (too_deep) return fail(Errc::kInvalidArgument, fmt::format("JSON is nested deeper than {} levels", max_depth));
    return value;
  } catch (const Json::parse_error& error) {
    // what() repeats the offending text, which may be long, a secret or not even UTF-8.
    return fail(Errc::kInvalidArgument,
                fmt::format("not valid JSON: unexpected or missing text at byte {}", error.byte));
  } catch (const Json::exception&) {
    return fail(Errc::kInvalidArgument, "not valid JSON: a number is out of range");
  }
}

std::string dump_json(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace call_agent
