#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "mcp/line_reader.h"
#include "mcp/server.h"

// A hostile client: any bytes as lines of one connection. Every answer must be one JSON-RPC message (or a batch of
// them) a line, and calls that are handed out can be finished or were cancelled.
namespace {

using namespace call_agent;

// The server asks neither for anything: only who runs its calls does.
struct NoResources final : mcp::ResourceProvider {
  awaitable<Result<mcp::ResourcePage>> list(std::string, const mcp::RequestContext&) override {
    co_return mcp::ResourcePage{};
  }
  std::vector<mcp::ResourceTemplate> templates() const override { return {}; }
  awaitable<Result<std::vector<mcp::ResourceContents>>> read(std::string, const mcp::RequestContext&) override {
    co_return fail(Errc::kNotFound, "");
  }
};
struct NoTasks final : mcp::TaskProvider {
  awaitable<Result<mcp::TaskDetail>> get(std::string, mcp::Principal) override { co_return fail(Errc::kNotFound, ""); }
  awaitable<Result<void>> update(std::string, mcp::InputResponses, mcp::Principal) override {
    co_return Result<void>();
  }
  awaitable<Result<void>> cancel(std::string, mcp::Principal) override { co_return Result<void>(); }
};

const mcp::Catalog& catalog() {
  static NoResources resources;
  static NoTasks tasks;
  static mcp::ChangeHub changes;
  static const mcp::Catalog value(mcp::Offer{
      .info = {.name = "fuzz", .title = "Fuzz", .version = "0", .instructions = ""},
      .tools = {{.name = "add",
                 .title = "Add",
                 .description = "",
                 .input_schema = Json::parse(R"({"type":"object","properties":{"n":{"type":"integer","minimum":1},
                                        "s":{"type":"string","maxLength":9,"enum":["a","b"]},
                                        "l":{"type":"array","items":{"type":["number","null"]}}},
                                        "required":["n"],"additionalProperties":false})"),
                 .output_schema = nullptr,
                 .annotations = {},
                 .handler = {}}},
      .prompts = {{.name = "book", .arguments = {{.name = "where", .required = true}}, .handler = {}}},
      .resources = &resources,
      .tasks = &tasks,
      .complete = [](mcp::CompletionRequest, const mcp::RequestContext&) -> awaitable<mcp::Completion> {
        co_return mcp::Completion{};
      },
      .logs = true,
      .changes = &changes,
      .tools_change = true});
  return value;
}

mcp::ToolResult said(std::string text) {
  mcp::ToolResult result;
  result.text = std::move(text);
  result.structured = {{"n", 1}};
  return result;
}

void check(std::string_view out) {
  mcp::LineReader lines(SIZE_MAX - 1);
  lines.push(out);
  while (const auto line = lines.take()) {
    const auto incoming = mcp::decode(line->text);
    for (const auto& message : incoming.messages) {
      if (std::holds_alternative<mcp::Malformed>(message)) std::abort();
    }
  }
  if (!out.empty() && !out.ends_with('\n')) std::abort();
}

// By requests of its own, or by an answer that ends the call for now.
std::string put_question(mcp::Server& server, const mcp::Server::Call& call) {
  const mcp::InputRequired required{.requests = {{"q", mcp::elicit_form("?", Json::object())}}, .state = {{"n", 1}}};
  std::optional<mcp::RpcError> lacking;
  return mcp::is_stateless(call.revision) ? server.require_input(call.number, required, 0)
                                          : server.ask(call.number, required, lacking);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mcp::StateSealer sealer;
  mcp::Server server(catalog(), sealer, mcp::local_user());
  mcp::LineReader lines(16 * 1024);
  lines.push({reinterpret_cast<const char*>(data), size});
  std::vector<mcp::Server::CallNumber> calls;
  while (const auto line = lines.take()) {
    if (line->too_long) continue;
    const auto step = server.receive(line->text, 0);
    check(step.out);
    for (const auto& call : step.start) {
      calls.push_back(call.number);
      if (call.number % 3 == 0) check(put_question(server, call));
    }
    for (const auto number : step.cancel) {
      if (!server.finish(number, said("late")).empty() && server.in_progress(number)) std::abort();
    }
    // Every other call ends before the next line, the rest at the end.
    if (!calls.empty() && calls.back() % 2 == 0) {
      check(server.progress(calls.back(), 1, 2.0, "half"));
      check(server.log(calls.back(), mcp::LogLevel::kError, "fuzz", line->text));
      check(server.finish(calls.back(), said(std::string(line->text))));
      calls.pop_back();
    }
  }
  for (const auto number : calls) check(server.finish(number, said("done")));
  for (const auto number : calls) {
    if (server.in_progress(number)) std::abort();
  }
  return 0;
}
