#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/change_hub.h"
#include "mcp/prompt.h"
#include "mcp/resource.h"
#include "mcp/revision.h"
#include "mcp/task.h"
#include "mcp/tool.h"

namespace call_agent::mcp {

struct ServerInfo {
  std::string name;
  std::string title;
  std::string version;
  std::string instructions;  ///< For the model that will use the tools.
  std::vector<Icon> icons;
  std::string website;
};

/// What a server offers. Pointers are borrowed and may be null: then it has nothing of the kind.
struct Offer {
  ServerInfo info;
  std::vector<Tool> tools;      ///< Listed in this order.
  std::vector<Prompt> prompts;  ///< Likewise.
  ResourceProvider* resources = nullptr;
  std::string resource_scope;  ///< For listing, reading and watching them.
  TaskProvider* tasks = nullptr;
  std::string task_scope;          ///< For seeing them.
  std::string task_control_scope;  ///< For answering and cancelling them.
  Completer complete;
  bool logs = false;             ///< Handlers send log messages.
  ChangeHub* changes = nullptr;  ///< Without it nothing is ever said to have changed.
  bool tools_change = false;     ///< The lists may change while the server runs.
  bool prompts_change = false;
  bool resources_change = false;
};

/// An Offer as every connection uses it. Immutable, and outlives them. Lists are serialised once.
class Catalog {
 public:
  explicit Catalog(Offer offer);

  const Offer& offer() const { return offer_; }
  const ServerInfo& info() const { return offer_.info; }
  const Tool* find_tool(std::string_view name) const;
  const Prompt* find_prompt(std::string_view name) const;
  std::string tool_names() const;

  /// Results as JSON text; made on first use.
  const std::string& initialize_result(Revision revision) const;
  const std::string& discover_result() const;
  const std::string& tools_list(Revision revision) const;
  const std::string& prompts_list(Revision revision) const;
  const std::string& templates_list(Revision revision) const;

  /// `members` of a JSON object as a result: with what every result of `revision` says of itself. `type` is the
  /// resultType.
  std::string result(std::string_view members, Revision revision, std::string_view type = "complete") const;

 private:
  using PerRevision = std::array<std::string, kRevisions>;
  const std::string& stamp() const;

  Offer offer_;
  mutable PerRevision initialize_;
  mutable std::string discover_;
  mutable PerRevision tools_;
  mutable PerRevision prompts_;
  mutable PerRevision templates_;
  mutable std::string stamp_;
};

}  // namespace call_agent::mcp
