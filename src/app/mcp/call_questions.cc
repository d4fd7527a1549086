#include "app/mcp/call_questions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace call_agent::app {
namespace {

constexpr const char* kAnswer = "answer";
constexpr std::size_t kMostAnswerBytes = 4000;

}  // namespace

mcp::InputRequest question_form(const calls::Call& call) {
  const auto& question = *call.question;
  Json answer{{"type", "string"}, {"title", "Your answer"}};
  if (question.choices.empty()) {
    answer["maxLength"] = 1000;
  } else {
    answer["enum"] = question.choices;
  }
  const auto seconds = std::max<std::int64_t>(0, (question.expires_ms - question.asked_ms) / 1000);
  auto message = fmt::format("On the phone with {}, who is waiting, the agent asks you: {} ({} s to answer)",
                             call.phone_number, question.text, seconds);
  return mcp::elicit_form(std::move(message),
                          {{"type", "object"}, {"properties", {{kAnswer, answer}}}, {"required", {kAnswer}}});
}

calls::Command answer_command(std::string call_id, std::string question_id, const mcp::Elicited& form) {
  calls::Command command{
      .call_id = std::move(call_id), .kind = calls::Command::Kind::kAnswer, .question_id = std::move(question_id)};
  const bool accepted = form.action == mcp::Elicited::Action::kAccept;
  if (accepted && form.content.is_object() && form.content.contains(kAnswer) && form.content[kAnswer].is_string()) {
    command.text = form.content[kAnswer].get<std::string>().substr(0, kMostAnswerBytes);
  }
  return command;
}

}  // namespace call_agent::app
