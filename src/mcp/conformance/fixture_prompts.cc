#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/json.h"
#include "mcp/conformance/fixtures.h"

namespace call_agent::mcp::conformance {
namespace {

PromptMessage said(Content content) {
  return {.role = PromptMessage::Role::kUser, .content = std::move(content)};
}

awaitable<PromptOutcome> simple(PromptArguments, const RequestContext&) {
  co_return PromptResult{.description = {}, .messages = {said(TextContent{"This is a simple prompt for testing."})}};
}

awaitable<PromptOutcome> with_arguments(PromptArguments arguments, const RequestContext&) {
  auto text = fmt::format("Prompt with arguments: arg1='{}', arg2='{}'", arguments["arg1"], arguments["arg2"]);
  co_return PromptResult{.description = {}, .messages = {said(TextContent{std::move(text)})}};
}

awaitable<PromptOutcome> with_resource(PromptArguments arguments, const RequestContext&) {
  const ResourceContents embedded{
      .uri = arguments["resourceUri"], .mime_type = "text/plain", .data = "Embedded resource content for testing."};
  co_return PromptResult{
      .description = {},
      .messages = {said(embedded), said(TextContent{"Please process the embedded resource above."})}};
}

awaitable<PromptOutcome> with_image(PromptArguments, const RequestContext&) {
  co_return PromptResult{
      .description = {},
      .messages = {said(ImageContent{kPixel, "image/png"}), said(TextContent{"Please analyze the image above."})}};
}

awaitable<PromptOutcome> that_asks(PromptArguments, const RequestContext& context) {
  const auto elicited = context.elicited("user_context");
  if (!elicited) {
    const Json schema = {
        {"type", "object"}, {"properties", {{"context", {{"type", "string"}}}}}, {"required", {"context"}}};
    co_return InputRequired{.requests = {{"user_context", elicit_form("What context should the prompt use?", schema)}}};
  }
  co_return PromptResult{.description = {},
                         .messages = {said(TextContent{"Context: " + elicited->content.value("context", "")})}};
}

Prompt prompt(std::string name, std::vector<PromptArgument> arguments, PromptHandler handler) {
  return {.name = std::move(name),
          .title = "",
          .description = "A prompt of the conformance suite.",
          .arguments = std::move(arguments),
          .handler = std::move(handler)};
}

class Resources final : public ResourceProvider {
 public:
  awaitable<Result<ResourcePage>> list(std::string cursor, const RequestContext&) override {
    if (!cursor.empty()) co_return fail(Errc::kInvalidArgument, "unknown cursor");
    co_return ResourcePage{
        .resources = {resource("test://static-text", "text/plain"), resource("test://static-binary", "image/png"),
                      resource("test://watched-resource", "text/plain")},
        .next_cursor = {}};
  }

  std::vector<ResourceTemplate> templates() const override {
    return {{.uri_template = "test://template/{id}/data",
             .name = "template",
             .title = {},
             .description = "Data by id.",
             .mime_type = "application/json"}};
  }

  awaitable<Result<std::vector<ResourceContents>>> read(std::string uri, const RequestContext&) override {
    if (uri == "test://static-binary") {
      co_return one({.uri = uri, .mime_type = "image/png", .data = kPixel, .binary = true});
    }
    if (uri == "test://static-text" || uri == "test://watched-resource") {
      co_return one(
          {.uri = uri, .mime_type = "text/plain", .data = "This is the content of the static text resource."});
    }
    constexpr std::string_view kBefore = "test://template/";
    constexpr std::string_view kAfter = "/data";
    if (uri.starts_with(kBefore) && uri.ends_with(kAfter) && uri.size() > kBefore.size() + kAfter.size()) {
      const auto id = uri.substr(kBefore.size(), uri.size() - kBefore.size() - kAfter.size());
      co_return one({.uri = uri,
                     .mime_type = "application/json",
                     .data = dump_json({{"id", id}, {"templateTest", true}, {"data", "Data for ID: " + id}})});
    }
    co_return fail(Errc::kNotFound, "Resource not found");
  }

 private:
  static Resource resource(const std::string& uri, std::string mime_type) {
    return {.uri = uri,
            .name = uri,
            .title = {},
            .description = "A fixture.",
            .mime_type = std::move(mime_type),
            .size = {}};
  }
  static std::vector<ResourceContents> one(ResourceContents contents) { return {std::move(contents)}; }
};

awaitable<Completion> complete(CompletionRequest request, const RequestContext&) {
  Completion completion;
  for (const auto* word : {"paris", "park", "party"}) {
    if (std::string_view(word).starts_with(request.value)) completion.values.emplace_back(word);
  }
  co_return completion;
}

}  // namespace

std::vector<Prompt> prompts() {
  return {
      prompt("test_simple_prompt", {}, simple),
      prompt("test_prompt_with_arguments",
             {{.name = "arg1", .description = "First test argument", .required = true},
              {.name = "arg2", .description = "Second test argument", .required = true}},
             with_arguments),
      prompt("test_prompt_with_embedded_resource",
             {{.name = "resourceUri", .description = "URI of the resource to embed", .required = true}}, with_resource),
      prompt("test_prompt_with_image", {}, with_image), prompt("test_input_required_result_prompt", {}, that_asks)};
}

std::unique_ptr<ResourceProvider> resources() {
  return std::make_unique<Resources>();
}

Completer completer() {
  return complete;
}

}  // namespace call_agent::mcp::conformance
