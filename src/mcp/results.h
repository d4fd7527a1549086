#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/content.h"
#include "mcp/input.h"
#include "mcp/prompt.h"
#include "mcp/resource.h"
#include "mcp/revision.h"
#include "mcp/task.h"
#include "mcp/tool_result.h"

/// The members of results as JSON text, without the braces: what each revision of MCP knows, and nothing else.
namespace call_agent::mcp {

std::string content_json(const Content& content);
std::string tool_members(const ToolResult& result, Revision revision);
std::string prompt_members(const PromptResult& result);
std::string resources_members(const ResourcePage& page, Revision revision);
std::string contents_members(const std::vector<ResourceContents>& contents, Revision revision);
std::string completion_members(const Completion& completion);
/// A task without what came of it, and with it.
std::string task_head_members(const Task& task);
std::string task_members(const TaskDetail& detail);
std::string input_members(const InputRequests& requests);

/// The members that say how long a result keeps and for whom; empty before 2026-07-28, otherwise led by a comma.
std::string cache_members(Revision revision, std::int64_t ttl_ms, bool for_everybody);

}  // namespace call_agent::mcp
