#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/asio.h"
#include "mcp/content.h"
#include "mcp/input.h"
#include "mcp/jsonrpc.h"
#include "mcp/request_context.h"

namespace call_agent::mcp {

struct PromptArgument {
  std::string name;
  std::string description;
  bool required = false;
};

struct PromptMessage {
  enum class Role { kUser, kAssistant };
  Role role = Role::kUser;
  Content content;
};

struct PromptResult {
  std::string description;
  std::vector<PromptMessage> messages;
};

using PromptArguments = std::map<std::string, std::string>;
using PromptOutcome = std::variant<PromptResult, InputRequired, RpcError>;
/// `arguments` has every required one.
using PromptHandler = std::function<awaitable<PromptOutcome>(PromptArguments arguments, const RequestContext& context)>;

/// A request a person picks from a menu.
struct Prompt {
  std::string name;
  std::string title;
  std::string description;
  std::vector<PromptArgument> arguments;
  PromptHandler handler;
  std::vector<Icon> icons;
};

/// An argument being typed, of a prompt or of a resource template.
struct CompletionRequest {
  std::string prompt;        ///< Its name; empty if of a template.
  std::string uri_template;  ///< Empty if of a prompt.
  std::string argument;
  std::string value;  ///< What has been typed.
};
struct Completion {
  std::vector<std::string> values;  ///< Best first; the first 100 are sent.
  std::optional<std::size_t> total;
};
using Completer = std::function<awaitable<Completion>(CompletionRequest request, const RequestContext& context)>;

}  // namespace call_agent::mcp
