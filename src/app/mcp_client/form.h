#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/result.h"

/// A form that a server puts to its user (MCP's elicitation in form mode), filled in as text. Pure.
namespace call_agent::app {

struct FormField {
  std::string name;
  Json schema;
  bool required = false;
};

/// The members of params.requestedSchema.
std::vector<FormField> form_fields(const Json& form_params);

/// What `text` means in a field: a number, yes or no, one of the choices by value or title, or a list of them between
/// commas. Errors: kInvalidArgument with what would do.
Result<Json> field_value(const Json& schema, std::string_view text);

using Answers = std::map<std::string, std::string, std::less<>>;

/// The ElicitResult of a form nobody is asked about: accepted if `answers` or defaults fill in all that is required and
/// at least one field has an answer; declined otherwise. `wrong` is told why an answer does not fit.
Json fill_in(const Json& form_params, const Answers& answers, const std::function<void(const std::string&)>& wrong);

}  // namespace call_agent::app
