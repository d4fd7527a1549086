#include "providers/openai/reply_stream.h"

#include "providers/openai/fields.h"

namespace call_agent::providers::openai {
namespace {

constexpr std::size_t kMostArguments = 64 * 1024;
constexpr int kMostCalls = 16;

int count_of(const Json& object, const char* name) {
  const auto it = object.find(name);
  return it != object.end() && it->is_number_integer() ? it->get<int>() : 0;
}

}  // namespace

Result<std::string> ReplyStream::push(std::string_view data) {
  if (data == "[DONE]") {
    complete_ = true;
    return std::string();
  }
  const auto chunk = parse_json(data);
  if (!chunk || !chunk->is_object()) {
    return fail(Errc::kInvalidArgument, "the language model's server sent something that is not a completion chunk");
  }
  if (const auto error = chunk->find("error"); error != chunk->end() && error->is_object()) {
    return fail(Errc::kUnavailable, "the language model failed: " + text_of(*error, "message"));
  }
  if (const auto usage = chunk->find("usage"); usage != chunk->end() && usage->is_object()) {
    prompt_tokens_ = count_of(*usage, "prompt_tokens");
    completion_tokens_ = count_of(*usage, "completion_tokens");
  }
  const auto choices = chunk->find("choices");
  if (choices == chunk->end() || !choices->is_array() || choices->empty()) return std::string();
  const Json& choice = choices->front();
  if (!text_of(choice, "finish_reason").empty()) complete_ = true;
  const auto delta = choice.is_object() ? choice.find("delta") : choice.end();
  if (!choice.is_object() || delta == choice.end() || !delta->is_object()) return std::string();
  add_tool_calls(*delta);
  return text_of(*delta, "content");
}

void ReplyStream::add_tool_calls(const Json& delta) {
  const auto list = delta.find("tool_calls");
  if (list == delta.end() || !list->is_array()) return;
  for (const auto& piece : *list) {
    if (!piece.is_object()) continue;
    const int index = count_of(piece, "index");
    if (index < 0 || index >= kMostCalls) continue;
    auto& call = calls_[index];
    if (auto id = text_of(piece, "id"); !id.empty()) call.id = std::move(id);
    const auto function = piece.find("function");
    if (function == piece.end()) continue;
    if (auto name = text_of(*function, "name"); !name.empty()) call.name = std::move(name);
    const auto more = text_of(*function, "arguments");
    if (call.arguments.size() + more.size() <= kMostArguments) call.arguments += more;
  }
}

agent::Llm::Reply ReplyStream::take() {
  agent::Llm::Reply reply{.prompt_tokens = prompt_tokens_, .completion_tokens = completion_tokens_};
  for (auto& [index, call] : calls_) {
    auto arguments = call.arguments.empty() ? Result<Json>(Json::object()) : parse_json(call.arguments);
    if (call.name.empty() || !arguments || !arguments->is_object()) continue;
    reply.tool_calls.push_back({std::move(call.id), std::move(call.name), std::move(*arguments)});
  }
  calls_.clear();
  return reply;
}

}  // namespace call_agent::providers::openai
