#include "app/mcp/call_prompts.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace call_agent::app {
namespace {

constexpr std::string_view kHow =
    "\n\nUse make_phone_call with that objective, then wait_for_call until the state is ended, and tell me the outcome "
    "with the words it rests on. Do not call again without asking me.";

/// A message to the model: `text`, with {name} for each argument.
struct Template {
  std::string_view name;
  std::string_view title;
  std::string_view description;
  std::vector<mcp::PromptArgument> arguments;
  std::string_view text;
};

std::string filled_in(std::string_view text, const mcp::PromptArguments& arguments) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('{');
    const auto close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) return out + std::string(text);
    out += text.substr(0, open);
    const auto found = arguments.find(std::string(text.substr(open + 1, close - open - 1)));
    out += found == arguments.end() ? "(not given)" : found->second;
    text.remove_prefix(close + 1);
  }
  return out;
}

awaitable<mcp::PromptOutcome> answer(std::string_view description, std::string text) {
  mcp::PromptResult result;
  result.description = description;
  result.messages.push_back({.role = mcp::PromptMessage::Role::kUser, .content = mcp::TextContent{std::move(text)}});
  co_return result;
}

mcp::PromptArgument number() {
  return {.name = "phone_number", .description = "E.164, such as +14155550123", .required = true};
}
mcp::PromptArgument needed(std::string name, std::string description) {
  return {.name = std::move(name), .description = std::move(description), .required = true};
}
mcp::PromptArgument optional(std::string name, std::string description) {
  return {.name = std::move(name), .description = std::move(description), .required = false};
}

std::vector<Template> templates() {
  return {
      {.name = "book_a_table",
       .title = "Book a table",
       .description = "Calls a restaurant and books a table.",
       .arguments = {number(), needed("party_size", "How many people"), needed("when", "Day and time"),
                     needed("name", "In whose name"),
                     optional("flexibility", "What else would do, such as an hour later")},
       .text = "Call {phone_number} and book a table for {party_size}, {when}, in the name of {name}. Other times that "
               "would do: {flexibility}. I want to know the booked time and in which name it stands."},
      {.name = "confirm_an_appointment",
       .title = "Confirm an appointment",
       .description = "Calls and confirms an appointment, or learns what became of it.",
       .arguments = {number(), needed("appointment", "What it is, when, and in whose name")},
       .text = "Call {phone_number} and confirm this appointment: {appointment}. I want to know whether it stands, and "
               "if not, which time is offered instead."},
      {.name = "ask_a_business",
       .title = "Ask a business a question",
       .description = "Calls a business and asks something.",
       .arguments = {number(), needed("question", "What you want to know")},
       .text = "Call {phone_number} and ask: {question}. I want the answer in their words."},
      {.name = "check_opening_hours",
       .title = "Check opening hours",
       .description = "Calls a business and asks when it is open.",
       .arguments = {number(), optional("day", "Which day; today if not given")},
       .text = "Call {phone_number} and ask when they are open on this day: {day}. I want opening and closing time."},
      {.name = "call_around",
       .title = "Call around",
       .description = "Calls several businesses with the same question and compares the answers.",
       .arguments = {needed("phone_numbers", "Several, E.164, separated by commas"),
                     needed("question", "What to ask each of them")},
       .text = "Call each of these, one after the other: {phone_numbers}. Ask each: {question}. Then compare the "
               "answers in a table."},
  };
}

}  // namespace

std::vector<mcp::Prompt> call_prompts() {
  std::vector<mcp::Prompt> prompts;
  for (auto& one : templates()) {
    auto handler = [description = one.description, text = one.text](const mcp::PromptArguments& arguments,
                                                                    const mcp::RequestContext&) {
      return answer(description, filled_in(text, arguments) + std::string(kHow));
    };
    prompts.push_back({.name = std::string(one.name),
                       .title = std::string(one.title),
                       .description = std::string(one.description),
                       .arguments = std::move(one.arguments),
                       .handler = std::move(handler)});
  }
  return prompts;
}

}  // namespace call_agent::app
