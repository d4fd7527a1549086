#include "app/mcp/call_prompts.h"

#include <utility>

namespace call_agent::app {
namespace {

using mcp::PromptArgument;
using mcp::PromptArguments;

constexpr const char* kHow =
    " Use make_phone_call with a result_schema for the answers, then wait_for_call until the call has ended. If the "
    "agent asks something meanwhile, ask me. Tell me what was agreed, in the callee's own words.";

// A text with {names}; a sentence in [ ] is left out where one of its names was not given.
std::string fill(std::string_view text, const PromptArguments& arguments) {
  std::string out, clause;
  bool optional = false, complete = true;
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string& into = optional ? clause : out;
    if (text[at] == '[') {
      optional = complete = true;
      clause.clear();
    } else if (text[at] == ']') {
      if (complete) out += clause;
      optional = false;
    } else if (text[at] == '{') {
      const auto end = text.find('}', at);
      const auto found = arguments.find(std::string(text.substr(at + 1, end - at - 1)));
      if (found != arguments.end() && !found->second.empty()) {
        into += found->second;
      } else {
        complete = false;
      }
      at = end;
    } else {
      into += text[at];
    }
  }
  return out;
}

awaitable<mcp::PromptOutcome> ready(mcp::PromptResult result) {
  co_return std::move(result);
}

mcp::Prompt prompt(std::string name, std::string title, std::string description, std::vector<PromptArgument> arguments,
                   std::string text) {
  auto handler = [description, text = std::move(text)](PromptArguments given,
                                                       const mcp::RequestContext&) -> awaitable<mcp::PromptOutcome> {
    mcp::PromptResult result{.description = description};
    result.messages.push_back(
        {.role = mcp::PromptMessage::Role::kUser, .content = mcp::TextContent{fill(text, given) + kHow}});
    return ready(std::move(result));
  };
  return {.name = std::move(name),
          .title = std::move(title),
          .description = std::move(description),
          .arguments = std::move(arguments),
          .handler = std::move(handler)};
}

PromptArgument required(std::string name, std::string description) {
  return {.name = std::move(name), .description = std::move(description), .required = true};
}
PromptArgument optional(std::string name, std::string description) {
  return {.name = std::move(name), .description = std::move(description)};
}

}  // namespace

std::vector<mcp::Prompt> call_prompts() {
  const auto number = required("phone_number", "E.164, such as +14155550123");
  std::vector<mcp::Prompt> prompts;
  prompts.push_back(
      prompt("book_table", "Book a table", "Books a table at a restaurant by telephone",
             {number, required("when", "Day and time"), required("party_size", "How many people"),
              required("name", "Under which name"), optional("wishes", "Outside, a high chair, …")},
             "Call the restaurant at {phone_number} and book a table for {party_size}, {when}, under the "
             "name {name}.[ Wishes: {wishes}.] If that time is taken, take the nearest within an hour, and "
             "ask me about anything further off."));
  prompts.push_back(
      prompt("confirm_appointment", "Confirm an appointment", "Confirms an appointment by telephone",
             {number, required("appointment", "With whom, when, what for"), required("name", "Whose appointment")},
             "Call {phone_number} and confirm this appointment of {name}: {appointment}. If it does not "
             "stand as I have it, find out what they have and ask me before agreeing to a change."));
  prompts.push_back(prompt("ask_business", "Ask a business a question", "Asks a business something by telephone",
                           {number, required("question", "What you want to know"), optional("context", "What helps")},
                           "Call {phone_number} and find out: {question}[ What helps: {context}.] Agree to nothing."));
  prompts.push_back(prompt("check_opening_hours", "Check opening hours", "Asks a business when it is open",
                           {number, optional("day", "Which day; today by default")},
                           "Call {phone_number} and ask when they are open[ on {day}], and whether that differs on "
                           "holidays soon."));
  prompts.push_back(
      prompt("call_around", "Call around", "Calls several businesses with one question",
             {required("phone_numbers", "Two or more, E.164, with commas"), required("question", "What each is asked"),
              optional("goal", "When to stop")},
             "Call these numbers one after the other: {phone_numbers}. Ask each: {question}[ Stop as soon "
             "as {goal}.] Use the same result_schema for all, and compare the answers in a table."));
  return prompts;
}

}  // namespace call_agent::app
