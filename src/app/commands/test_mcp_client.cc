#include <CLI/CLI.hpp>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "app/command.h"
#include "app/mcp_client/client_options.h"
#include "app/mcp_client/session.h"
#include "core/paths.h"
#include "core/settings.h"

namespace call_agent::app {
namespace {

constexpr const char* kTokenVariable = "CALL_AGENT_MCP_TOKEN";
constexpr int kLongest = 24 * 3600;

/// The command line as it was typed.
struct Typed {
  ClientOptions options;
  std::string era = "auto";
  std::string token;
  std::vector<std::string> headers;
  std::string arguments;
  std::vector<std::string> named_arguments;
  std::vector<std::string> answers;
  int follow_seconds = 0;
  int timeout_seconds = 0;
};

Result<void> read_headers(Typed& typed, const Invocation& invocation) {
  auto& options = typed.options;
  for (const auto& text : typed.headers) {
    auto header = header_option(text);
    if (!header) return pass(header);
    options.headers.push_back(*std::move(header));
  }
  if (options.url.empty()) {
    return typed.token.empty() && options.headers.empty()
               ? Result<void>()
               : fail(Errc::kInvalidArgument, "--token and --header are for a server with --url");
  }
  const auto settings = Settings::load(invocation.env_file);
  if (!settings) return pass(settings);
  const auto token = typed.token.empty() ? settings->get_or(kTokenVariable, "") : typed.token;
  if (!token.empty()) options.headers.push_back({"Authorization", "Bearer " + token});
  return {};
}

Result<ClientOptions> understood(Typed typed, const Invocation& invocation) {
  auto& options = typed.options;
  if (!options.url.empty() && !options.command.empty()) {
    return fail(Errc::kInvalidArgument, "give either --url or a command after --");
  }
  if (const auto read = read_headers(typed, invocation); !read) return pass(read);
  options.era =
      typed.era == "modern" ? mcp::Era::kModern : (typed.era == "legacy" ? mcp::Era::kLegacy : mcp::Era::kAuto);
  if (!typed.arguments.empty()) {
    auto arguments = parse_json(typed.arguments);
    if (!arguments) return fail(Errc::kInvalidArgument, "--arguments: " + arguments.error().what);
    if (!arguments->is_object()) return fail(Errc::kInvalidArgument, "--arguments must be a JSON object");
    options.arguments = *std::move(arguments);
  }
  for (const auto& text : typed.named_arguments) {
    auto pair = named_value("--argument", text);
    if (!pair) return pass(pair);
    options.named_arguments.push_back(*std::move(pair));
  }
  for (const auto& text : typed.answers) {
    auto pair = named_value("--answer", text);
    if (!pair) return pass(pair);
    options.answers.insert_or_assign(std::move(pair->first), std::move(pair->second));
  }
  if (typed.follow_seconds > 0) options.follow_for = std::chrono::seconds(typed.follow_seconds);
  if (typed.timeout_seconds > 0) options.timeout = std::chrono::seconds(typed.timeout_seconds);
  if (options.url.empty() && options.command.empty()) {
    options.command.push_back(self_path().string());
    if (invocation.env_file) {
      options.command.insert(options.command.end(), {"--env-file", invocation.env_file->string()});
    }
    if (invocation.debug) options.command.emplace_back("--debug");
    options.command.emplace_back("server");
  }
  return std::move(options);
}

int test_client(const Typed& typed, const Invocation& invocation) {
  auto options = understood(typed, invocation);
  if (!options) return report_failure(options.error());
  asio::io_context io(1);
  ClientSession session(io.get_executor(), *std::move(options));
  int status = 70;
  std::exception_ptr defect;
  asio::co_spawn(io, session.run(), [&](std::exception_ptr error, int result) {
    defect = std::move(error);
    if (!defect) status = result;
  });
  io.run();
  if (defect) std::rethrow_exception(defect);
  return status;
}

void add_where(CLI::App& command, Typed& typed) {
  auto& options = typed.options;
  command.add_option("command", options.command, "After --: the server to start; our own by default");
  command.add_option("--url", options.url,
                     "Reach a server over Streamable HTTP instead, such as http://127.0.0.1:8719/mcp");
  command.add_option("--token", typed.token,
                     "Its bearer token; better in CALL_AGENT_MCP_TOKEN, where no other user sees it");
  command.add_option("--header", typed.headers, "A further header for it, NAME:VALUE; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--ca-file", options.ca_file,
                     "Trust the certificates in this PEM file for https, not the system's");
  command.add_option("--era", typed.era, "auto tries MCP 2026-07-28 (modern) and then initialize (legacy)")
      ->check(CLI::IsMember({"auto", "modern", "legacy"}))
      ->capture_default_str();
}

void add_what(CLI::App& command, Typed& typed) {
  auto& options = typed.options;
  command.add_flag("--tools", options.tools, "List the tools with their arguments, as happens without anything to do");
  command.add_flag("--resources", options.resources, "List the resources");
  command.add_flag("--prompts", options.prompts, "List the prompts");
  auto* call = command.add_option("--call", options.call, "Call this tool");
  command.add_option("--arguments", typed.arguments, "Its arguments, a JSON object")->needs(call);
  command.add_option("--argument", typed.named_arguments, "One of them, NAME=VALUE; may be repeated")
      ->allow_extra_args(false)
      ->needs(call);
  command.add_flag("--task", options.as_task, "Call it as a task, where the server offers tasks")->needs(call);
  auto* read = command.add_option("--read", options.read, "Read this resource");
  command.add_option("--output", options.output, "Save it in this file")->needs(read);
  auto* follow =
      command.add_option("--follow", options.follow, "Print this resource anew whenever it changes, until Ctrl-C");
  command.add_option("--for", typed.follow_seconds, "or for so many seconds")
      ->check(CLI::Range(1, kLongest))
      ->needs(follow);
  command.add_option("--number", options.number,
                     "Place a call to this number and follow it to its end; exits with 0 only if it completed");
  command.add_option("--objective", options.objective, "What the call is for");
}

}  // namespace

void add_test_mcp_client(CLI::App& cli, Invocation& invocation) {
  auto* command = cli.add_subcommand(
      "test-mcp-client",
      "An MCP client for any server: lists what it offers, calls a tool, reads and follows resources");
  auto typed = std::make_shared<Typed>();
  add_where(*command, *typed);
  add_what(*command, *typed);
  command->add_option("--answer", typed->answers, "An answer to what the server may ask, FIELD=VALUE; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--timeout", typed->timeout_seconds, "Seconds for an answer: 110, or an hour for a task")
      ->check(CLI::Range(1, kLongest));
  command->add_flag("--json", typed->options.json, "Print the whole session as one JSON document");
  command->callback(
      [typed, &invocation] { invocation.run = [typed, &invocation] { return test_client(*typed, invocation); }; });
}

}  // namespace call_agent::app
