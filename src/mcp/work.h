#pragma once

#include <string>
#include <variant>

#include "mcp/change_hub.h"
#include "mcp/prompt.h"
#include "mcp/tool.h"

namespace call_agent::mcp {

/// What a request asks for that takes time.
struct CallTool {
  const Tool* tool;
  Json arguments;  ///< Fits the tool's input schema.
};
struct GetPrompt {
  const Prompt* prompt;
  PromptArguments arguments;
};
struct ListResources {
  std::string cursor;
};
struct ReadResource {
  std::string uri;
};
struct Complete {
  CompletionRequest request;
};
struct GetTask {
  std::string id;
};
struct UpdateTask {
  std::string id;
  InputResponses responses;
};
struct CancelTask {
  std::string id;
};
struct Listen {
  ChangeFilter filter;
};
using Work =
    std::variant<CallTool, GetPrompt, ListResources, ReadResource, Complete, GetTask, UpdateTask, CancelTask, Listen>;

/// A result as JSON text, known without waiting.
struct AtOnce {
  std::string result;
};
/// What became of a request that was read.
using Reading = std::variant<Work, AtOnce, RpcError>;

}  // namespace call_agent::mcp
