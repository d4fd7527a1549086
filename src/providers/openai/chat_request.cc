#include "providers/openai/chat_request.h"

#include "providers/openai/prompt.h"

namespace call_agent::providers::openai {
namespace {

// Reasoning models refuse a temperature.
bool takes_temperature(const std::string& model) {
  const auto slash = model.rfind('/');
  const std::string name = slash == std::string::npos ? model : model.substr(slash + 1);
  return !(name.starts_with("o1") || name.starts_with("o3") || name.starts_with("o4") || name.starts_with("gpt-5"));
}

Json message_of(const agent::Message& message) {
  switch (message.role) {
    case agent::Role::kSystem:
      return {{"role", "system"}, {"content", message.text}};
    case agent::Role::kCallee:
      return {{"role", "user"}, {"content", message.text}};
    case agent::Role::kTool:
      return {{"role", "tool"}, {"tool_call_id", message.tool_call_id}, {"content", message.text}};
    case agent::Role::kAgent:
      break;
  }
  Json spoken = {{"role", "assistant"}, {"content", message.text}};
  for (const auto& call : message.tool_calls) {
    spoken["tool_calls"].push_back({{"id", call.id},
                                    {"type", "function"},
                                    {"function", {{"name", call.name}, {"arguments", dump_json(call.arguments)}}}});
  }
  return spoken;
}

Json with_history(std::string system, const agent::Llm::Request& request) {
  Json messages = Json::array({{{"role", "system"}, {"content", std::move(system)}}});
  for (const auto& message : request.history) messages.push_back(message_of(message));
  return messages;
}

}  // namespace

Json reply_request(const std::string& model, const agent::Llm::Request& request) {
  Json body = {{"model", model},
               {"messages", with_history(phone_prompt(request.objective), request)},
               {"stream", true},
               {"stream_options", {{"include_usage", true}}}};
  if (takes_temperature(model)) body["temperature"] = 0.4;
  for (const auto& tool : request.tools) {
    body["tools"].push_back(
        {{"type", "function"},
         {"function", {{"name", tool.name}, {"description", tool.description}, {"parameters", tool.parameters}}}});
  }
  return body;
}

Json report_request(const std::string& model, const agent::Llm::Request& request) {
  std::string transcript;
  for (const auto& message : request.history) {
    if (message.text.empty()) continue;
    if (message.role == agent::Role::kCallee) transcript += "CALLEE: " + message.text + "\n";
    if (message.role == agent::Role::kAgent) transcript += "AGENT: " + message.text + "\n";
  }
  Json body = {{"model", model},
               {"messages", Json::array({{{"role", "system"}, {"content", report_prompt(request.objective)}},
                                         {{"role", "user"}, {"content", transcript}}})},
               {"response_format", {{"type", "json_object"}}}};
  if (takes_temperature(model)) body["temperature"] = 0;
  return body;
}

}  // namespace call_agent::providers::openai
