#pragma once

#include <map>
#include <string>
#include <string_view>

#include "agent/ports.h"
#include "core/result.h"

namespace call_agent::providers::openai {

/// Puts a streamed completion together, one server-sent event's data at a time. Pure.
class ReplyStream {
 public:
  /// The text this event adds to the reply; empty for most other events.
  /// Errors: kUnavailable for an error object of the server; kInvalidArgument for data that is not a chunk.
  Result<std::string> push(std::string_view data);

  /// Whether the server has said that the reply is complete: a finish reason, or [DONE].
  bool complete() const { return complete_; }

  /// What came besides text. A tool call whose arguments are not a JSON object is dropped.
  agent::Llm::Reply take();

 private:
  struct Fragments {
    std::string id, name, arguments;
  };
  void add_tool_calls(const Json& delta);

  std::map<int, Fragments> calls_;  // By index: id and name come first, then the arguments in pieces.
  int prompt_tokens_ = 0;
  int completion_tokens_ = 0;
  bool complete_ = false;
};

}  // namespace call_agent::providers::openai
