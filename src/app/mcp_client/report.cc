#include "app/mcp_client/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <utility>

#include "app/mcp_client/schema_text.h"
#include "app/terminal_text.h"
#include "core/base64.h"
#include "mcp/client/dialect.h"

namespace call_agent::app {
namespace {

using mcp::part;
using mcp::text_part;

constexpr std::string_view kIndent = "          ";
constexpr std::size_t kMostKept = 10'000;  // Of each kind in the document.
constexpr std::size_t kLongestLog = 1000;

std::string named(const Json& object, std::string_view name) {
  const auto text = text_part(object, name);
  return text.empty() ? "?" : printable(text);
}

void print(const std::string& text) {
  std::cout << text << std::flush;
}

std::string arguments_of(const Json& tool) {
  const Json& schema = part(tool, "inputSchema");
  std::string out;
  for (const auto& name : member_names(schema)) {
    out += fmt::format("{}{}{}", out.empty() ? "" : ", ", printable(name), is_required(schema, name) ? "" : "?");
  }
  return out;
}

std::string words_of(const Json& item) {
  const auto description = text_part(item, "description");
  return description.empty() ? std::string() : printable_lines(description, kIndent);
}

std::string listed(std::string_view kind, const Json& item, std::string_view uri_member) {
  const auto type = text_part(item, "mimeType");
  return fmt::format("{:<9} {}{}\n{}", kind, named(item, uri_member),
                     type.empty() ? "" : fmt::format("  {}", printable(type)), words_of(item));
}

std::string bytes_text(std::string_view kind, const Json& item, std::string_view member) {
  const auto bytes = from_base64(text_part(item, member));
  return fmt::format("{}{}: {}{}\n", kIndent, kind, named(item, "mimeType"),
                     bytes ? fmt::format(", {} bytes", bytes->size()) : ", broken base64");
}

std::string contents_text(const Json& contents) {
  if (part(contents, "text").is_string()) return printable_lines(text_part(contents, "text"), kIndent);
  return bytes_text(named(contents, "uri"), contents, "blob");
}

}  // namespace

std::string printable_lines(std::string_view text, std::string_view indent) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out.append(indent).append(printable(text.substr(0, end))).append("\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

void ClientReport::keep(const char* list, Json item) {
  auto& kept = document_[list];
  if (kept.size() < kMostKept) {
    kept.push_back(std::move(item));
  } else {
    document_["truncated"] = true;
  }
}

void ClientReport::server(const Json& server, mcp::Revision revision, std::string_view transport) {
  document_["protocolVersion"] = to_string(revision);
  document_["transport"] = transport;
  document_["server"] = server;
  if (json_) return;
  const Json& about = mcp::about_server(server);
  print(fmt::format("server    {} {}, MCP {} over {}\n", named(about, "name"), named(about, "version"),
                    to_string(revision), transport));
}

void ClientReport::tools(const Json& tools) {
  document_["tools"] = tools;
  if (json_) return;
  for (const auto& tool : tools) {
    print(fmt::format("tool      {}({})\n{}{}", named(tool, "name"), arguments_of(tool), words_of(tool),
                      members_text(part(tool, "inputSchema"), "            ")));
  }
}

void ClientReport::resources(const Json& resources, const Json& templates) {
  document_["resources"] = resources;
  document_["resourceTemplates"] = templates;
  if (json_) return;
  for (const auto& resource : resources) print(listed("resource", resource, "uri"));
  for (const auto& family : templates) print(listed("resources", family, "uriTemplate"));
  if (resources.empty() && templates.empty()) print("resources none\n");
}

void ClientReport::prompts(const Json& prompts) {
  document_["prompts"] = prompts;
  if (json_) return;
  for (const auto& prompt : prompts) {
    print(fmt::format("prompt    {}\n{}", named(prompt, "name"), words_of(prompt)));
    const Json& arguments = part(prompt, "arguments");
    if (!arguments.is_array()) continue;
    for (const auto& argument : arguments) {
      const bool required = part(argument, "required") == true;
      const auto words = text_part(argument, "description");
      print(fmt::format("            {}{}{}\n", named(argument, "name"), required ? ", required" : "",
                        words.empty() ? "" : ": " + printable(words)));
    }
  }
  if (prompts.empty()) print("prompts   none\n");
}

void ClientReport::progress(double progress, std::optional<double> total, std::string_view message) {
  Json item{{"progress", progress}};
  if (total) item["total"] = *total;
  if (!message.empty()) item["message"] = message;
  if (json_) return keep("progress", std::move(item));
  const auto how_far = total ? fmt::format("{} of {}", progress, *total) : fmt::format("{}", progress);
  print(fmt::format("{}{}\n", kIndent, message.empty() ? how_far : printable(message)));
}

void ClientReport::notification(const mcp::Notification& told) {
  if (json_) return keep("notifications", {{"method", told.method}, {"params", told.params}});
  if (told.method != "notifications/message") return;
  const Json& data = part(told.params, "data");
  print(fmt::format("{}{}: {}\n", kIndent, named(told.params, "level"),
                    printable(data.is_string() ? data.get<std::string>() : dump_json(data), kLongestLog)));
}

void ClientReport::task(const Json& task) {
  const auto words = text_part(task, "statusMessage");
  const auto state =
      fmt::format("{}{}", named(task, "status"), words.empty() ? "" : fmt::format(": {}", printable(words)));
  if (std::exchange(last_task_, state) == state) return;
  if (json_) return keep("task", task);
  print(fmt::format("task      {}\n", state));
}

void ClientReport::form(const mcp::InputRequest& form, const Json& answer) {
  if (json_) return keep("forms", {{"params", form.params}, {"answer", answer}});
  print(fmt::format("asked     {}\n{}{}\n", printable(text_part(form.params, "message")), kIndent,
                    printable(dump_json(answer))));
}

void ClientReport::content(const Json& content) const {
  const auto type = text_part(content, "type");
  if (type == "text") {
    print(printable_lines(text_part(content, "text"), kIndent));
  } else if (type == "image" || type == "audio") {
    print(bytes_text(type, content, "data"));
  } else if (type == "resource_link") {
    print(fmt::format("{}see {}\n", kIndent, named(content, "uri")));
  } else if (type == "resource") {
    print(contents_text(part(content, "resource")));
  }
}

void ClientReport::result(std::string_view tool, const Json& result) {
  if (json_) return keep("results", {{"tool", tool}, {"result", result}});
  print(fmt::format("{}{}\n", printable(tool), part(result, "isError") == true ? " failed" : ""));
  const Json& contents = part(result, "content");
  if (contents.is_array()) std::ranges::for_each(contents, [this](const Json& one) { content(one); });
  const bool silent = !contents.is_array() || contents.empty();
  if (const Json& data = part(result, "structuredContent"); silent && !data.is_null()) {
    print(printable_lines(dump_json(data, 2), kIndent));
  }
}

void ClientReport::reading(std::string_view uri, const Json& result) {
  if (json_) return keep("readings", {{"uri", uri}, {"result", result}});
  print(fmt::format("{}\n", printable(uri)));
  const Json& contents = part(result, "contents");
  if (!contents.is_array()) return;
  for (const auto& one : contents) print(contents_text(one));
}

void ClientReport::saved(const std::string& path, std::size_t bytes) {
  if (json_) return keep("saved", {{"file", path}, {"bytes", bytes}});
  print(fmt::format("{}{} bytes saved as {}\n", kIndent, bytes, path));
}

void ClientReport::error(const Error& error) {
  document_["error"] = {{"code", to_string(error.code)}, {"message", error.what}};
}

void ClientReport::finish() const {
  if (json_) print(dump_json(document_, 2) + "\n");
}

}  // namespace call_agent::app
