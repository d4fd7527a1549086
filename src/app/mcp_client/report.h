#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"
#include "core/result.h"
#include "mcp/input.h"
#include "mcp/jsonrpc.h"
#include "mcp/revision.h"

namespace call_agent::app {

/// What happens in a session with an MCP server: printed for people as it happens, or collected as one JSON document.
/// Whatever a server sent passes through printable().
class ClientReport {
 public:
  explicit ClientReport(bool json) : json_(json) {}

  void server(const Json& server, mcp::Revision revision, std::string_view transport);
  void tools(const Json& tools);
  void resources(const Json& resources, const Json& templates);
  void prompts(const Json& prompts);

  void progress(double progress, std::optional<double> total, std::string_view message);
  void notification(const mcp::Notification& told);
  /// A task as it stands; the same state again is not told again.
  void task(const Json& task);
  void form(const mcp::InputRequest& form, const Json& answer);

  void result(std::string_view tool, const Json& result);
  /// The result of resources/read.
  void reading(std::string_view uri, const Json& result);
  void saved(const std::string& path, std::size_t bytes);

  /// What ended the session, for the document.
  void error(const Error& error);
  /// Prints the document.
  void finish() const;

 private:
  void keep(const char* list, Json item);
  void content(const Json& content) const;

  const bool json_;
  Json document_ = Json::object();  // For --json.
  std::string last_task_;
};

/// Text of several lines for a terminal: each line through printable(), with `indent` before it.
std::string printable_lines(std::string_view text, std::string_view indent);

}  // namespace call_agent::app
