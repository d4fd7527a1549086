#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/terminal_text.h"
#include "core/json.h"
#include "core/log.h"
#include "core/paths.h"
#include "mcp/client.h"

namespace call_agent::app {
namespace {

constexpr milliseconds kStartLimit{10'000};
constexpr milliseconds kListLimit{10'000};
// Beyond what the tools promise (45 s), so that a slow answer is told from none.
constexpr milliseconds kCallLimit{60'000};

// A foreign server may answer anything: what has not the type it should counts as missing.
const Json& part(const Json& object, std::string_view key) {
  static const Json kMissing;
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found == object.end() ? kMissing : *found;
}
std::string text(const Json& object, std::string_view key) {
  const Json& value = part(object, key);
  return value.is_string() ? value.get<std::string>() : std::string("?");
}
bool is_error(const Json& result) {
  return part(result, "isError") == true;
}

struct Options {
  std::string number;
  std::string objective;
  bool json = false;
  std::vector<std::string> command;
};

/// Prints the session for people, or collects it as one JSON document.
class Report {
 public:
  explicit Report(bool json) : json_(json) {}

  void server(const Json& info) {
    document_["server"] = info;
    if (json_) return;
    const Json& about = part(info, "serverInfo");
    std::cout << fmt::format("server    {} {}, MCP {}\n", printable(text(about, "name")),
                             printable(text(about, "version")), printable(text(info, "protocolVersion")));
  }

  void tools(const Json& tools) {
    document_["tools"] = tools;
    if (json_) return;
    for (const auto& tool : tools) {
      std::cout << fmt::format("tool      {}({})\n          {}\n", printable(text(tool, "name")),
                               printable(arguments_of(tool)), printable(text(tool, "description")));
    }
  }

  void progress(std::string_view message) const {
    if (!json_) std::cout << "          " << printable(message) << std::endl;
  }

  void result(std::string_view name, const Json& result) {
    document_["results"].push_back({{"tool", name}, {"result", result}});
    if (json_) return;
    std::cout << fmt::format("{}{}\n", name, is_error(result) ? " failed" : "");
    for (const auto& content : part(result, "content")) {
      if (part(content, "type") == "text") std::cout << indented(text(content, "text"));
    }
    std::cout << std::flush;
  }

  void finish() const {
    if (json_) std::cout << dump_json(document_, 2) << std::endl;
  }

 private:
  static std::string indented(std::string_view text) {
    std::string out;
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      out += "          " + printable(text.substr(0, end)) + "\n";
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
  }
  static std::string arguments_of(const Json& tool) {
    const Json& schema = part(tool, "inputSchema");
    const Json& required = part(schema, "required");
    std::string out;
    for (const auto& [name, property] : part(schema, "properties").items()) {
      const bool optional = std::ranges::find(required, Json(name)) == required.end();
      out += fmt::format("{}{}{}", out.empty() ? "" : ", ", name, optional ? "?" : "");
    }
    return out;
  }

  bool json_;
  Json document_ = Json::object();  // For --json.
};

/// Places a call and follows it to its end.
awaitable<Result<void>> place_and_follow(mcp::Client& client, const Options& options, Report& report) {
  const mcp::Client::OnProgress on_progress = [&report](double, std::string_view message) { report.progress(message); };
  Json arguments{{"phone_number", options.number}};
  if (!options.objective.empty()) arguments["objective"] = options.objective;
  std::string tool = "make_phone_call";
  while (true) {
    auto result = co_await client.call_tool(tool, arguments, on_progress, Deadline::after(kCallLimit));
    if (!result) co_return pass(result);
    report.result(tool, *result);
    if (is_error(*result)) co_return fail(Errc::kInvalidArgument, tool + " was refused");
    const Json& call = part(*result, "structuredContent");
    if (!part(call, "call_id").is_string() || !part(call, "state").is_string()) {
      co_return fail(Errc::kInternal, tool + " answered without call_id and state");
    }
    if (part(call, "state") == "ended" && tool == "wait_for_call") co_return Result<void>();
    // A call that failed before an answer has its whole record as well.
    tool = "wait_for_call";
    arguments = Json{{"call_id", part(call, "call_id")}};
  }
}

awaitable<Result<void>> converse(mcp::Client& client, const Options& options, Report& report) {
  report.server(client.server());
  const auto tools = co_await client.list_tools(Deadline::after(kListLimit));
  if (!tools) co_return pass(tools);
  report.tools(*tools);
  if (options.number.empty()) co_return Result<void>();
  co_return co_await place_and_follow(client, options, report);
}

awaitable<int> run_session(const Options& options) {
  auto client =
      co_await mcp::Client::start(co_await asio::this_coro::executor, {.command = options.command, .environment = {}},
                                  Deadline::after(kStartLimit));
  if (!client) co_return report_failure(client.error());
  Report report(options.json);
  const auto done = co_await converse(**client, options, report);
  const int stray = (*client)->stray_lines();
  const int status = co_await (*client)->close();
  report.finish();
  if (!done) co_return report_failure(done.error());
  if (stray > 0) {
    co_return report_failure({Errc::kInternal, fmt::format("{} lines on standard output were no MCP messages", stray)});
  }
  if (status != 0) {
    co_return report_failure({Errc::kInternal, fmt::format("the server ended with status {}", status)});
  }
  co_return 0;
}

int test_client(Options options, const Invocation& invocation) {
  if (options.command.empty()) {
    options.command.push_back(self_path().string());
    if (invocation.env_file)
      options.command.insert(options.command.end(), {"--env-file", invocation.env_file->string()});
    if (invocation.debug) options.command.emplace_back("--debug");
    options.command.emplace_back("server");
  }
  asio::io_context io(1);
  int status = 70;
  std::exception_ptr defect;
  asio::co_spawn(io, run_session(options), [&](std::exception_ptr error, int result) {
    defect = std::move(error);
    if (!defect) status = result;
  });
  io.run();
  if (defect) std::rethrow_exception(defect);
  return status;
}

}  // namespace

void add_test_mcp_client(CLI::App& cli, Invocation& invocation) {
  auto* command = cli.add_subcommand("test-mcp-client", "Starts an MCP server, lists its tools, and may place a call");
  auto options = std::make_shared<Options>();
  command->add_option("--number", options->number, "Place a call to this number and follow it to its end");
  command->add_option("--objective", options->objective, "What the call is for");
  command->add_flag("--json", options->json, "Print the whole session as one JSON document");
  command->add_option("command", options->command, "After --: the server to start; our own by default");
  command->callback([options, &invocation] {
    invocation.run = [options, &invocation] { return test_client(*options, invocation); };
  });
}

}  // namespace call_agent::app
