#include "agent/tools.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "agent/answer_schema.h"
#include "agent/phrases.h"

namespace call_agent::agent {
namespace {

constexpr std::size_t kMostAnswers = 64;
constexpr std::size_t kMostDigits = 32;
constexpr std::size_t kMostQuestionBytes = 500;
constexpr std::size_t kMostChoices = 8;
constexpr std::size_t kMostChoiceBytes = 100;

Json object_schema(Json properties) {
  Json required = Json::array();
  for (const auto& [name, ignored] : properties.items()) required.push_back(name);
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
}

const Json* schema_fields(const Json& schema) {
  if (!schema.is_object()) return nullptr;
  const auto fields = schema.find("properties");
  return fields != schema.end() && fields->is_object() ? &*fields : nullptr;
}

// The turn of the callee in which these words begin; the one the answer names, if they do there. A sentence may have
// been taken for two turns, but never one of the agent lies between.
std::optional<int> turn_of(const Answer& answer, std::span<const Turn> transcript) {
  const auto quote = " " + normalize_words(answer.quote) + " ";
  if (quote.size() <= 2) return std::nullopt;
  const auto says = [&](std::size_t i) {
    if (transcript[i].role != Role::kCallee) return false;
    std::string words = " " + normalize_words(transcript[i].text) + " ";
    const auto own = words.size();
    for (const auto& next : transcript.subspan(i + 1)) {
      if (next.role != Role::kCallee || words.size() >= own + quote.size()) break;
      words += normalize_words(next.text) + " ";
    }
    return words.find(quote) < own - 1;
  };
  if (answer.turn >= 0 && static_cast<std::size_t>(answer.turn) < transcript.size() &&
      says(static_cast<std::size_t>(answer.turn))) {
    return answer.turn;
  }
  for (std::size_t i = 0; i < transcript.size(); ++i) {
    if (says(i)) return static_cast<int>(i);
  }
  return std::nullopt;
}

}  // namespace

std::vector<Tool> standard_tools(const Objective& objective) {
  Json field = {{"type", "string"}, {"description", "Which answer this is"}};
  if (const Json* fields = schema_fields(objective.result_schema); fields != nullptr && !fields->empty()) {
    Json names = Json::array();
    for (const auto& [name, ignored] : fields->items()) names.push_back(name);
    field["enum"] = std::move(names);
  }
  const auto text = [](const char* description) { return Json{{"type", "string"}, {"description", description}}; };
  return {
      {std::string(kEndCall), "Hang up. Say goodbye in the same reply; it is heard first.",
       object_schema({{"reason", text("Why the call is over")}})},
      {std::string(kRecordAnswer), "Keep an answer the objective asks for, as soon as the other person has given it.",
       object_schema({{"field", std::move(field)},
                      {"value", {{"description", "The answer, in the type the objective asks for"}}},
                      {"quote", text("The other person's own words it rests on, exactly as transcribed")}})},
      {std::string(kSendDtmf), "Press keys on the telephone, for a menu.",
       object_schema({{"digits", text("Any of 0-9 * # A-D, w to pause, at most 32")}})},
      {std::string(kAskPrincipal),
       "Ask your principal what only they can decide or know. The other person is asked to wait a moment for you, so "
       "say nothing about it yourself; the answer follows in a system message, within a minute.",
       {{"type", "object"},
        {"properties",
         {{"question", text("One short question, complete in itself")},
          {"choices",
           {{"type", "array"}, {"items", {{"type", "string"}}}, {"description", "Answers to choose from"}}}}},
        {"required", {"question"}}}},
  };
}

Result<Answer> parse_answer(const ToolCall& call) {
  const auto& arguments = call.arguments;
  const auto text = [&](const char* name) -> std::optional<std::string> {
    if (!arguments.is_object()) return std::nullopt;
    const auto found = arguments.find(name);
    if (found == arguments.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
  };
  const auto field = text("field");
  const auto quote = text("quote");
  if (!field || field->empty()) return fail(Errc::kInvalidArgument, "record_answer needs \"field\", a string");
  if (!quote || quote->empty()) {
    return fail(Errc::kInvalidArgument, "record_answer needs \"quote\": the other person's own words");
  }
  if (!arguments.contains("value")) return fail(Errc::kInvalidArgument, "record_answer needs \"value\"");
  return Answer{.field = *field, .value = arguments["value"], .quote = *quote};
}

Result<std::string> check_digits(std::string_view digits) {
  const bool valid = digits.find_first_not_of("0123456789*#ABCDw") == std::string_view::npos;
  if (digits.empty() || digits.size() > kMostDigits || !valid) {
    return fail(Errc::kInvalidArgument, "digits must be 1 to 32 of 0-9 * # A-D, and w for a pause");
  }
  return std::string(digits);
}

Result<std::string> parse_digits(const ToolCall& call) {
  const auto& arguments = call.arguments;
  const auto found = arguments.is_object() ? arguments.find("digits") : arguments.end();
  if (!arguments.is_object() || found == arguments.end() || !found->is_string()) {
    return fail(Errc::kInvalidArgument, "send_dtmf needs \"digits\", a string");
  }
  return check_digits(found->get_ref<const std::string&>());
}

Result<PrincipalQuestion> parse_question(const ToolCall& call) {
  const auto& arguments = call.arguments;
  PrincipalQuestion question;
  if (arguments.is_object() && arguments.contains("question") && arguments["question"].is_string()) {
    question.text = arguments["question"];
  }
  if (question.text.empty() || question.text.size() > kMostQuestionBytes) {
    return fail(Errc::kInvalidArgument, "ask_principal needs \"question\", a string of at most 500 bytes");
  }
  const auto choices = arguments.find("choices");
  if (choices == arguments.end() || choices->is_null()) return question;
  const auto usable = [](const Json& one) {
    return one.is_string() && !one.get_ref<const std::string&>().empty() &&
           one.get_ref<const std::string&>().size() <= kMostChoiceBytes;
  };
  if (!choices->is_array() || choices->size() > kMostChoices || !std::ranges::all_of(*choices, usable)) {
    return fail(Errc::kInvalidArgument, "\"choices\" must be at most 8 short strings");
  }
  for (const auto& choice : *choices) question.choices.push_back(choice);
  return question;
}

CheckedReport check_report(Report report, std::span<const Answer> recorded, std::span<const Turn> transcript,
                           const Json& result_schema) {
  std::vector<Answer> candidates = std::move(report.answers);
  for (auto answer = recorded.rbegin(); answer != recorded.rend(); ++answer) candidates.push_back(*answer);
  CheckedReport checked{std::move(report), {}};
  checked.report.answers.clear();
  const Json* fields = schema_fields(result_schema);
  for (auto& answer : candidates) {
    auto& kept = checked.report.answers;
    if (std::ranges::find(kept, answer.field, &Answer::field) != kept.end() || kept.size() >= kMostAnswers) continue;
    const auto turn = turn_of(answer, transcript);
    if (!turn) {
      checked.dropped.push_back(fmt::format("{}: its quote is not among the callee's words", answer.field));
    } else if (fields != nullptr && !fields->contains(answer.field)) {
      checked.dropped.push_back(fmt::format("{}: not a field of the result schema", answer.field));
    } else if (fields != nullptr && !fits(answer.value, (*fields)[answer.field])) {
      checked.dropped.push_back(fmt::format("{}: its value is not what the result schema asks for", answer.field));
    } else {
      answer.turn = *turn;
      kept.push_back(std::move(answer));
    }
  }
  return checked;
}

}  // namespace call_agent::agent
