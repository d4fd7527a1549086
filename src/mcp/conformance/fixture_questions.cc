#include <fmt/format.h>

#include <utility>

#include "core/json.h"
#include "mcp/conformance/fixtures.h"

// The tools that ask the client before they answer.
namespace call_agent::mcp::conformance {
namespace {

Json one_string(const char* name) {
  return {{"type", "object"}, {"properties", {{name, {{"type", "string"}}}}}, {"required", {name}}};
}

InputRequest sampling(std::string prompt, int max_tokens) {
  return {.method = "sampling/createMessage",
          .params = {{"messages", {{{"role", "user"}, {"content", {{"type", "text"}, {"text", std::move(prompt)}}}}}},
                     {"maxTokens", max_tokens}}};
}

InputRequest roots() {
  return {.method = "roots/list", .params = Json::object()};
}

std::string_view action_name(const Elicited& elicited) {
  switch (elicited.action) {
    case Elicited::Action::kAccept:
      return "accept";
    case Elicited::Action::kDecline:
      return "decline";
    case Elicited::Action::kCancel:
      return "cancel";
  }
  return "cancel";
}

std::string sampled_text(const Json& response) {
  const auto content = response.find("content");
  return content != response.end() && content->is_object() ? content->value("text", "") : std::string();
}

/// Asks one form and tells what came of it.
awaitable<ToolOutcome> ask_form(std::string message, Json schema, std::string_view intro,
                                const RequestContext& context) {
  if (!context.client().elicitation_form) co_return ToolResult::error("the client does not support elicitation");
  const auto elicited = context.elicited("form");
  if (!elicited) co_return InputRequired{.requests = {{"form", elicit_form(std::move(message), std::move(schema))}}};
  co_return ToolResult{
      .text = fmt::format("{}: action={}, content={}", intro, action_name(*elicited), dump_json(elicited->content))};
}

awaitable<ToolOutcome> test_elicitation(Json arguments, const RequestContext& context) {
  const Json schema = {{"type", "object"},
                       {"properties",
                        {{"username", {{"type", "string"}, {"description", "User's response"}}},
                         {"email", {{"type", "string"}, {"description", "User's email address"}}}}},
                       {"required", {"username", "email"}}};
  co_return co_await ask_form(arguments["message"].get<std::string>(), schema, "User response", context);
}

awaitable<ToolOutcome> test_sampling(Json arguments, const RequestContext& context) {
  if (!context.client().sampling) co_return ToolResult::error("the client does not support sampling");
  const Json* response = context.input("answer");
  if (!response) {
    co_return InputRequired{.requests = {{"answer", sampling(arguments["prompt"].get<std::string>(), 100)}}};
  }
  co_return ToolResult{.text = "LLM response: " + sampled_text(*response)};
}

awaitable<ToolOutcome> defaults(Json, const RequestContext& context) {
  const Json schema = {
      {"type", "object"},
      {"properties",
       {{"name", {{"type", "string"}, {"default", "John Doe"}}},
        {"age", {{"type", "integer"}, {"default", 30}}},
        {"score", {{"type", "number"}, {"default", 95.5}}},
        {"status", {{"type", "string"}, {"enum", {"active", "inactive", "pending"}}, {"default", "active"}}},
        {"verified", {{"type", "boolean"}, {"default", true}}}}}};
  co_return co_await ask_form("Please confirm the defaults", schema, "Elicitation completed", context);
}

awaitable<ToolOutcome> enums(Json, const RequestContext& context) {
  const auto titled = [](const char* what) {
    Json out = Json::array();
    int number = 0;
    for (const auto* rank : {"First", "Second", "Third"}) {
      out.push_back({{"const", fmt::format("value{}", ++number)}, {"title", fmt::format("{} {}", rank, what)}});
    }
    return out;
  };
  const Json options = {"option1", "option2", "option3"};
  const Json schema = {{"type", "object"},
                       {"properties",
                        {{"untitledSingle", {{"type", "string"}, {"enum", options}}},
                         {"titledSingle", {{"type", "string"}, {"oneOf", titled("Option")}}},
                         {"legacyEnum",
                          {{"type", "string"},
                           {"enum", {"opt1", "opt2", "opt3"}},
                           {"enumNames", {"Option One", "Option Two", "Option Three"}}}},
                         {"untitledMulti", {{"type", "array"}, {"items", {{"type", "string"}, {"enum", options}}}}},
                         {"titledMulti", {{"type", "array"}, {"items", {{"anyOf", titled("Choice")}}}}}}}};
  co_return co_await ask_form("Please choose", schema, "Elicitation completed", context);
}

// ---- In rounds, as 2026-07-28 has it.

awaitable<ToolOutcome> ask_name(Json, const RequestContext& context) {
  const auto elicited = context.elicited("user_name");
  const bool filled_in = elicited && elicited->content.contains("name") && elicited->content["name"].is_string();
  if (!filled_in) {
    co_return InputRequired{.requests = {{"user_name", elicit_form("What is your name?", one_string("name"))}}};
  }
  co_return ToolResult{.text = fmt::format("Hello, {}!", elicited->content["name"].get<std::string>())};
}

awaitable<ToolOutcome> ask_capital(Json, const RequestContext& context) {
  const Json* response = context.input("capital_question");
  if (!response) {
    co_return InputRequired{.requests = {{"capital_question", sampling("What is the capital of France?", 100)}}};
  }
  co_return ToolResult{.text = sampled_text(*response)};
}

awaitable<ToolOutcome> ask_roots(Json, const RequestContext& context) {
  const Json* response = context.input("client_roots");
  if (!response) co_return InputRequired{.requests = {{"client_roots", roots()}}};
  co_return ToolResult{.text = "Roots: " + dump_json(response->value("roots", Json::array()))};
}

awaitable<ToolOutcome> confirm_with_state(Json, const RequestContext& context) {
  if (context.state().is_null() || !context.elicited("confirm")) {
    const Json schema = {{"type", "object"}, {"properties", {{"ok", {{"type", "boolean"}}}}}, {"required", {"ok"}}};
    co_return InputRequired{.requests = {{"confirm", elicit_form("Please confirm", schema)}}, .state = {{"round", 1}}};
  }
  co_return ToolResult{.text = "state-ok"};
}

awaitable<ToolOutcome> ask_three(Json, const RequestContext& context) {
  if (context.input("user_name") && context.input("greeting") && context.input("client_roots")) {
    co_return ToolResult{.text = "All three answered."};
  }
  co_return InputRequired{.requests = {{"user_name", elicit_form("What is your name?", one_string("name"))},
                                       {"greeting", sampling("Generate a greeting", 50)},
                                       {"client_roots", roots()}},
                          .state = {{"asked", 3}}};
}

awaitable<ToolOutcome> two_rounds(Json, const RequestContext& context) {
  const int round = context.state().is_object() ? context.state().value("round", 0) : 0;
  if (round == 2 && context.elicited("step2")) {
    co_return ToolResult{.text = fmt::format("{} likes {}", context.state().value("name", ""),
                                             context.elicited("step2")->content.value("color", ""))};
  }
  if (round >= 1 && context.elicited("step1")) {
    co_return InputRequired{
        .requests = {{"step2", elicit_form("Step 2: What is your favorite color?", one_string("color"))}},
        .state = {{"round", 2}, {"name", context.elicited("step1")->content.value("name", "")}}};
  }
  co_return InputRequired{.requests = {{"step1", elicit_form("Step 1: What is your name?", one_string("name"))}},
                          .state = {{"round", 1}}};
}

// Asks only what the client offers.
awaitable<ToolOutcome> within_capabilities(Json, const RequestContext& context) {
  InputRequired required;
  if (context.client().sampling) required.requests.emplace("greeting", sampling("Generate a greeting", 50));
  if (context.client().elicitation_form) {
    required.requests.emplace("user_name", elicit_form("What is your name?", one_string("name")));
  }
  if (required.requests.empty() || context.input("greeting") || context.input("user_name")) {
    co_return ToolResult{.text = "Nothing to ask."};
  }
  co_return required;
}

// Needs sampling, whatever the client says it can do: the library must refuse that.
awaitable<ToolOutcome> needs_sampling(Json, const RequestContext&) {
  co_return InputRequired{.requests = {{"answer", sampling("Anything", 10)}}};
}

Tool tool(std::string name, ToolHandler handler, Json schema = {{"type", "object"}}) {
  return {.name = std::move(name),
          .title = "",
          .description = "Asks the client before it answers.",
          .input_schema = std::move(schema),
          .output_schema = nullptr,
          .annotations = {.read_only = true, .destructive = false, .idempotent = true, .open_world = false},
          .handler = std::move(handler)};
}

}  // namespace

std::vector<Tool> asking_tools() {
  return {tool("test_elicitation", test_elicitation, one_string("message")),
          tool("test_sampling", test_sampling, one_string("prompt")),
          tool("test_elicitation_sep1034_defaults", defaults),
          tool("test_elicitation_sep1330_enums", enums),
          tool("test_input_required_result_elicitation", ask_name),
          tool("test_input_required_result_sampling", ask_capital),
          tool("test_input_required_result_list_roots", ask_roots),
          tool("test_input_required_result_request_state", confirm_with_state),
          tool("test_input_required_result_tampered_state", confirm_with_state),
          tool("test_input_required_result_multiple_inputs", ask_three),
          tool("test_input_required_result_multi_round", two_rounds),
          tool("test_input_required_result_capabilities", within_capabilities),
          tool("test_missing_capability", needs_sampling),
          tool("test_streaming_elicitation", ask_name)};
}

}  // namespace call_agent::mcp::conformance
