#include "mcp/request_reader.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "mcp/results.h"
#include "mcp/schema.h"

namespace call_agent::mcp {
namespace {

constexpr std::size_t kShown = 100;  // Characters of a client's own words in an error.

RpcError invalid(std::string what) {
  return {.code = kInvalidParams, .message = std::move(what)};
}

/// A string member, or why there is none.
std::variant<std::string, RpcError> text(const Json& object, std::string_view name) {
  const Json* found = member(object, name);
  if (!found || !found->is_string()) return invalid(fmt::format("params.{} must be a string", name));
  return found->get<std::string>();
}

Reading call_tool(const Catalog& catalog, Request& request, const Asker& asker) {
  auto name = text(request.params, "name");
  if (auto* wrong = std::get_if<RpcError>(&name)) return std::move(*wrong);
  const auto& wanted = std::get<std::string>(name);
  const Tool* tool = catalog.find_tool(wanted);
  if (!tool) {
    return invalid(fmt::format("Unknown tool: {}; there are: {}", wanted.substr(0, kShown), catalog.tool_names()));
  }
  if (!asker.principal.may(tool->scope)) return lacks_scope(tool->scope);
  if (tool->only_as_task && !asker.client.tasks) {
    return missing_capability({{"extensions", {{kTasksExtension, Json::object()}}}});
  }
  Json arguments = Json::object();
  if (const auto given = request.params.find("arguments"); given != request.params.end() && !given->is_null()) {
    if (!given->is_object()) return invalid("params.arguments must be an object");
    arguments = std::move(*given);
  }
  if (auto problems = schema_problems(tool->input_schema, arguments); !problems.empty()) {
    const auto refusal = ToolResult::error(std::move(problems));
    return AtOnce{catalog.result(tool_members(refusal, asker.revision), asker.revision)};
  }
  return CallTool{.tool = tool, .arguments = std::move(arguments)};
}

Reading get_prompt(const Catalog& catalog, Request& request, const Asker&) {
  auto name = text(request.params, "name");
  if (auto* wrong = std::get_if<RpcError>(&name)) return std::move(*wrong);
  const Prompt* prompt = catalog.find_prompt(std::get<std::string>(name));
  if (!prompt) return invalid(fmt::format("Unknown prompt: {}", std::get<std::string>(name).substr(0, kShown)));
  PromptArguments arguments;
  if (const Json* given = member(request.params, "arguments"); given && !given->is_null()) {
    if (!given->is_object()) return invalid("params.arguments must be an object");
    for (const auto& [key, value] : given->items()) {
      if (!value.is_string()) return invalid(fmt::format("the argument {} must be a string", key.substr(0, kShown)));
      arguments.emplace(key, value.get<std::string>());
    }
  }
  for (const auto& argument : prompt->arguments) {
    if (argument.required && !arguments.contains(argument.name)) {
      return invalid(fmt::format("the argument {} is required: {}", argument.name, argument.description));
    }
  }
  return GetPrompt{.prompt = prompt, .arguments = std::move(arguments)};
}

std::optional<RpcError> one_page(const Json& params) {
  const auto* cursor = member(params, "cursor");
  if (!cursor || cursor->is_null()) return std::nullopt;
  return invalid("unknown cursor: the list has one page");
}

Reading list_tools(const Catalog& catalog, Request& request, const Asker& asker) {
  if (auto wrong = one_page(request.params)) return std::move(*wrong);
  return AtOnce{catalog.tools_list(asker.revision)};
}

Reading list_prompts(const Catalog& catalog, Request& request, const Asker& asker) {
  if (auto wrong = one_page(request.params)) return std::move(*wrong);
  return AtOnce{catalog.prompts_list(asker.revision)};
}

Reading list_templates(const Catalog& catalog, Request& request, const Asker& asker) {
  if (auto wrong = one_page(request.params)) return std::move(*wrong);
  return AtOnce{catalog.templates_list(asker.revision)};
}

Reading list_resources(const Catalog& catalog, Request& request, const Asker& asker) {
  if (const auto& scope = catalog.offer().resource_scope; !asker.principal.may(scope)) return lacks_scope(scope);
  const Json* cursor = member(request.params, "cursor");
  if (!cursor || cursor->is_null()) return ListResources{};
  if (!cursor->is_string()) return invalid("params.cursor must be a string");
  return ListResources{cursor->get<std::string>()};
}

Reading read_resource(const Catalog& catalog, Request& request, const Asker& asker) {
  if (const auto& scope = catalog.offer().resource_scope; !asker.principal.may(scope)) return lacks_scope(scope);
  auto uri = text(request.params, "uri");
  if (auto* wrong = std::get_if<RpcError>(&uri)) return std::move(*wrong);
  return ReadResource{std::get<std::string>(std::move(uri))};
}

Reading complete(const Catalog&, Request& request, const Asker&) {
  const Json* ref = member(request.params, "ref");
  const Json* argument = member(request.params, "argument");
  if (!ref || !ref->is_object() || !argument || !argument->is_object()) {
    return invalid("params.ref and params.argument must be objects");
  }
  CompletionRequest out;
  const Json* type = member(*ref, "type");
  const bool of_prompt = type && *type == "ref/prompt";
  if (!of_prompt && (!type || *type != "ref/resource")) return invalid("ref.type must be ref/prompt or ref/resource");
  for (const auto& [object, name, into] :
       {std::tuple{ref, of_prompt ? "name" : "uri", of_prompt ? &out.prompt : &out.uri_template},
        std::tuple{argument, "name", &out.argument}, std::tuple{argument, "value", &out.value}}) {
    auto found = text(*object, name);
    if (auto* wrong = std::get_if<RpcError>(&found)) return std::move(*wrong);
    *into = std::get<std::string>(std::move(found));
  }
  return Complete{std::move(out)};
}

Reading use_task(const Catalog& catalog, Request& request, const Asker& asker) {
  if (!asker.client.tasks) return missing_capability({{"extensions", {{kTasksExtension, Json::object()}}}});
  const auto& scope = request.method == "tasks/get" ? catalog.offer().task_scope : catalog.offer().task_control_scope;
  if (!asker.principal.may(scope)) return lacks_scope(scope);
  auto found = text(request.params, "taskId");
  if (auto* wrong = std::get_if<RpcError>(&found)) return std::move(*wrong);
  auto id = std::get<std::string>(std::move(found));
  if (request.method == "tasks/get") return GetTask{std::move(id)};
  if (request.method == "tasks/cancel") return CancelTask{std::move(id)};
  const Json* given = member(request.params, "inputResponses");
  auto responses = given ? input_responses(*given) : std::nullopt;
  if (!responses) return invalid("params.inputResponses must be an object of results by name");
  return UpdateTask{.id = std::move(id), .responses = *std::move(responses)};
}

bool flag(const Json& object, std::string_view name) {
  const Json* found = member(object, name);
  return found && *found == true;
}

bool read_names(const Json& object, std::string_view name, std::set<std::string, std::less<>>& into) {
  const Json* found = member(object, name);
  if (!found) return true;
  if (!found->is_array() || found->size() > ChangeFilter::kMaxSubscriptions) return false;
  for (const auto& one : *found) {
    if (!one.is_string()) return false;
    into.insert(one.get<std::string>());
  }
  return true;
}

Reading listen(const Catalog& catalog, Request& request, const Asker& asker) {
  const Json* wanted = member(request.params, "notifications");
  if (!wanted || !wanted->is_object()) return invalid("params.notifications must be an object");
  ChangeFilter filter{.tools = flag(*wanted, "toolsListChanged"),
                      .prompts = flag(*wanted, "promptsListChanged"),
                      .resources = flag(*wanted, "resourcesListChanged"),
                      .uris = {},
                      .tasks = {}};
  if (!read_names(*wanted, "resourceSubscriptions", filter.uris) || !read_names(*wanted, "taskIds", filter.tasks)) {
    return invalid(fmt::format("resourceSubscriptions and taskIds must be arrays of at most {} strings",
                               ChangeFilter::kMaxSubscriptions));
  }
  if (!filter.tasks.empty() && !asker.client.tasks) {
    return missing_capability({{"extensions", {{kTasksExtension, Json::object()}}}});
  }
  return Listen{honoured(catalog, std::move(filter), asker.principal)};
}

Reading discover(const Catalog& catalog, Request&, const Asker&) {
  return AtOnce{catalog.discover_result()};
}

bool has_tools(const Offer& offer) {
  return !offer.tools.empty();
}
bool has_prompts(const Offer& offer) {
  return !offer.prompts.empty();
}
bool has_resources(const Offer& offer) {
  return offer.resources != nullptr;
}
bool has_completions(const Offer& offer) {
  return static_cast<bool>(offer.complete);
}
bool has_tasks(const Offer& offer) {
  return offer.tasks != nullptr;
}
bool has_changes(const Offer& offer) {
  return offer.changes != nullptr;
}
bool always(const Offer&) {
  return true;
}

struct Method {
  std::string_view name;
  Reading (*read)(const Catalog&, Request&, const Asker&);
  bool (*offered)(const Offer&);
  bool stateless_only = false;
};

constexpr std::array kMethods{Method{"tools/call", call_tool, has_tools},
                              Method{"tools/list", list_tools, has_tools},
                              Method{"resources/read", read_resource, has_resources},
                              Method{"resources/list", list_resources, has_resources},
                              Method{"resources/templates/list", list_templates, has_resources},
                              Method{"prompts/get", get_prompt, has_prompts},
                              Method{"prompts/list", list_prompts, has_prompts},
                              Method{"completion/complete", complete, has_completions},
                              Method{"server/discover", discover, always, true},
                              Method{"subscriptions/listen", listen, has_changes, true},
                              Method{"tasks/get", use_task, has_tasks, true},
                              Method{"tasks/update", use_task, has_tasks, true},
                              Method{"tasks/cancel", use_task, has_tasks, true}};

}  // namespace

Reading read_request(const Catalog& catalog, Request& request, const Asker& asker) {
  for (const auto& method : kMethods) {
    if (method.name != request.method) continue;
    if (!method.offered(catalog.offer()) || (method.stateless_only && !is_stateless(asker.revision))) break;
    return method.read(catalog, request, asker);
  }
  return unknown_method(request.method);
}

ChangeFilter honoured(const Catalog& catalog, ChangeFilter filter, const Principal& principal) {
  const auto& offer = catalog.offer();
  filter.tools = filter.tools && offer.tools_change && has_tools(offer);
  filter.prompts = filter.prompts && offer.prompts_change && has_prompts(offer);
  const bool may_watch = has_resources(offer) && principal.may(offer.resource_scope);
  filter.resources = filter.resources && offer.resources_change && may_watch;
  if (!may_watch) filter.uris.clear();
  if (!has_tasks(offer) || !principal.may(offer.task_scope)) filter.tasks.clear();
  return filter;
}

}  // namespace call_agent::mcp
