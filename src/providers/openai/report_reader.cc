#include "providers/openai/report_reader.h"

#include "providers/openai/fields.h"

namespace call_agent::providers::openai {
namespace {

constexpr std::size_t kLongestSummary = 4000;

// Models wrap JSON in a code fence however plainly they are told not to.
std::string_view unfenced(std::string_view text) {
  const auto first = text.find('{');
  const auto last = text.rfind('}');
  if (first == std::string_view::npos || last == std::string_view::npos || last < first) return text;
  return text.substr(first, last - first + 1);
}

agent::Report report_of(const Json& json) {
  agent::Report report{.summary = text_of(json, "summary").substr(0, kLongestSummary)};
  if (const auto met = json.find("objective_met"); met != json.end() && met->is_boolean()) {
    report.objective_met = met->get<bool>();
  }
  if (const auto answers = json.find("answers"); answers != json.end() && answers->is_array()) {
    for (const auto& answer : *answers) {
      if (!answer.is_object() || text_of(answer, "field").empty() || !answer.contains("value")) continue;
      report.answers.push_back(
          {.field = text_of(answer, "field"), .value = answer.at("value"), .quote = text_of(answer, "quote")});
    }
  }
  if (const auto promises = json.find("commitments"); promises != json.end() && promises->is_array()) {
    for (const auto& promise : *promises) {
      if (promise.is_string()) report.commitments.push_back(promise.get<std::string>());
    }
  }
  return report;
}

}  // namespace

Result<agent::Report> read_report(std::string_view body) {
  const auto completion = parse_json(body);
  const Json::json_pointer where("/choices/0/message/content");
  if (!completion || !completion->is_object() || !completion->contains(where) || !completion->at(where).is_string()) {
    return fail(Errc::kInvalidArgument, "the language model's server did not send a completion");
  }
  const auto& content = completion->at(where).get_ref<const std::string&>();
  const auto json = parse_json(unfenced(content));
  if (!json || !json->is_object()) return agent::Report{.summary = content.substr(0, kLongestSummary)};
  return report_of(*json);
}

}  // namespace call_agent::providers::openai
