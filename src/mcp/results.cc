#include "mcp/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <type_traits>
#include <variant>

#include "core/clock.h"
#include "core/json.h"

namespace call_agent::mcp {
namespace {

constexpr std::size_t kMaxCompletions = 100;  // MCP: "must not exceed".

std::string json_text(std::string_view text) {
  return dump_json(text);
}

std::string_view status_name(TaskStatus status) {
  switch (status) {
    case TaskStatus::kWorking:
      return "working";
    case TaskStatus::kInputRequired:
      return "input_required";
    case TaskStatus::kCompleted:
      return "completed";
    case TaskStatus::kFailed:
      return "failed";
    case TaskStatus::kCancelled:
      return "cancelled";
  }
  return "failed";
}

std::string contents_json(const ResourceContents& contents) {
  return fmt::format(R"({{"uri":{},"mimeType":{},"{}":{}}})", json_text(contents.uri), json_text(contents.mime_type),
                     contents.binary ? "blob" : "text", json_text(contents.data));
}

void append_joined(std::string& out, std::string_view item) {
  if (!out.ends_with('[') && !out.ends_with('{')) out += ',';
  out += item;
}

}  // namespace

std::string content_json(const Content& content) {
  return std::visit(
      [](const auto& one) -> std::string {
        using Kind = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<Kind, TextContent>) {
          return R"({"type":"text","text":)" + json_text(one.text) + "}";
        } else if constexpr (std::is_same_v<Kind, ImageContent> || std::is_same_v<Kind, AudioContent>) {
          return fmt::format(R"({{"type":"{}","data":{},"mimeType":{}}})",
                             std::is_same_v<Kind, ImageContent> ? "image" : "audio", json_text(one.data),
                             json_text(one.mime_type));
        } else if constexpr (std::is_same_v<Kind, ResourceLink>) {
          return fmt::format(R"({{"type":"resource_link","uri":{},"name":{},"description":{},"mimeType":{}}})",
                             json_text(one.uri), json_text(one.name), json_text(one.description),
                             json_text(one.mime_type));
        } else {
          return R"({"type":"resource","resource":)" + contents_json(one) + "}";
        }
      },
      content);
}

std::string tool_members(const ToolResult& result, Revision revision) {
  std::string out = R"("content":[)";
  if (!result.text.empty() || result.more.empty()) out += content_json(TextContent{result.text});
  for (const auto& content : result.more) append_joined(out, content_json(content));
  if (revision >= Revision::k2025_06_18) {
    for (const auto& link : result.links) append_joined(out, content_json(link));
  }
  out += ']';
  if (revision >= Revision::k2025_06_18 && !result.structured.is_null()) {
    out += R"(,"structuredContent":)" + dump_json(result.structured);
  }
  if (result.is_error) out += R"(,"isError":true)";
  return out;
}

std::string prompt_members(const PromptResult& result) {
  std::string out = R"("description":)" + json_text(result.description) + R"(,"messages":[)";
  for (const auto& message : result.messages) {
    const auto* role = message.role == PromptMessage::Role::kUser ? "user" : "assistant";
    append_joined(out, fmt::format(R"({{"role":"{}","content":{}}})", role, content_json(message.content)));
  }
  return out + "]";
}

std::string resources_members(const ResourcePage& page, Revision revision) {
  std::string out = R"("resources":[)";
  for (const auto& resource : page.resources) {
    Json one{{"uri", resource.uri},
             {"name", resource.name},
             {"description", resource.description},
             {"mimeType", resource.mime_type}};
    if (revision >= Revision::k2025_06_18 && !resource.title.empty()) one["title"] = resource.title;
    if (resource.size) one["size"] = *resource.size;
    append_joined(out, dump_json(one));
  }
  out += ']';
  if (!page.next_cursor.empty()) out += R"(,"nextCursor":)" + json_text(page.next_cursor);
  return out + cache_members(revision, 0, false);
}

std::string contents_members(const std::vector<ResourceContents>& contents, Revision revision) {
  std::string out = R"("contents":[)";
  for (const auto& one : contents) append_joined(out, contents_json(one));
  return out + "]" + cache_members(revision, 0, false);
}

std::string completion_members(const Completion& completion) {
  const auto sent = std::min(completion.values.size(), kMaxCompletions);
  Json values = Json::array();
  for (std::size_t i = 0; i < sent; ++i) values.push_back(completion.values[i]);
  const auto total = completion.total.value_or(completion.values.size());
  return R"("completion":)" + dump_json({{"values", std::move(values)}, {"total", total}, {"hasMore", total > sent}});
}

std::string task_head_members(const Task& task) {
  std::string out = fmt::format(R"("taskId":{},"status":"{}","createdAt":"{}","lastUpdatedAt":"{}","ttlMs":{})",
                                json_text(task.id), status_name(task.status), rfc3339(task.created_ms),
                                rfc3339(task.updated_ms), task.ttl_ms ? std::to_string(*task.ttl_ms) : "null");
  if (task.poll_interval_ms) out += fmt::format(R"(,"pollIntervalMs":{})", *task.poll_interval_ms);
  if (!task.status_message.empty()) out += R"(,"statusMessage":)" + json_text(task.status_message);
  return out;
}

std::string task_members(const TaskDetail& detail) {
  std::string out = task_head_members(detail.task);
  switch (detail.task.status) {
    case TaskStatus::kInputRequired:
      return out + "," + input_members(detail.input_requests);
    case TaskStatus::kCompleted:
      return out + R"(,"result":{"resultType":"complete",)" +
             tool_members(detail.result.value_or(ToolResult{}), Revision::k2026_07_28) + "}";
    case TaskStatus::kFailed:
      return out + R"(,"error":)" + error_json(detail.error.value_or(RpcError{}));
    case TaskStatus::kWorking:
    case TaskStatus::kCancelled:
      break;
  }
  return out;
}

std::string input_members(const InputRequests& requests) {
  std::string out = R"("inputRequests":{)";
  for (const auto& [name, request] : requests) {
    append_joined(out, fmt::format(R"({}:{{"method":{},"params":{}}})", json_text(name), json_text(request.method),
                                   dump_json(request.params)));
  }
  return out + "}";
}

std::string cache_members(Revision revision, std::int64_t ttl_ms, bool for_everybody) {
  if (!is_stateless(revision)) return {};
  return fmt::format(R"(,"ttlMs":{},"cacheScope":"{}")", ttl_ms, for_everybody ? "public" : "private");
}

}  // namespace call_agent::mcp
