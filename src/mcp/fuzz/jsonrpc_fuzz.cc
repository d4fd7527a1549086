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

const mcp::Catalog& catalog() {
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
      .logs = true});
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
    for (const auto& call : step.start) calls.push_back(call.number);
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
