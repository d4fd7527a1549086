#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "app/call_following.h"
#include "app/call_text.h"
#include "app/command.h"
#include "store/call_store.h"

namespace call_agent::app {
namespace {

constexpr milliseconds kPoll{100};

struct Options {
  bool json = false;
  int limit = 20;
  std::string state;
  std::string outcome;
  std::string phone_number;
  std::string call_id;
};

std::string json_line(const Json& json) {
  return dump_json(json) + "\n";
}

int list(const Options& options) {
  calls::CallStore::Query query{
      .state = {}, .outcome = {}, .phone_number = options.phone_number, .limit = options.limit};
  if (!options.state.empty()) {
    query.state = calls::state_from(options.state);
    if (!query.state)
      return report_failure({Errc::kInvalidArgument, "--state is not a state, such as active or ended"});
  }
  if (!options.outcome.empty()) {
    query.outcome = calls::outcome_from(options.outcome);
    if (!query.outcome)
      return report_failure({Errc::kInvalidArgument, "--outcome is not an outcome, such as completed"});
  }
  auto log = store::CallLog::open(store::default_path());
  if (!log) return report_failure(log.error());
  const auto calls = log->list(query);
  if (!calls) return report_failure(calls.error());
  if (!options.json) {
    std::cout << calls_table(*calls);
    return 0;
  }
  for (const auto& call : *calls) std::cout << json_line(calls::to_json(call));
  return 0;
}

int show(const Options& options, bool only_transcript) {
  auto log = store::CallLog::open(store::default_path());
  if (!log) return report_failure(log.error());
  const auto call = log->get(options.call_id);
  if (!call) return report_failure(call.error());
  if (options.json) {
    const Json json = calls::to_json(*call);
    std::cout << dump_json(only_transcript ? json["transcript"] : json, 2) << "\n";
  } else {
    std::cout << (only_transcript ? transcript_text(*call) : call_text(*call));
  }
  return 0;
}

void tell(const calls::Event& event, bool json) {
  if (!json) {
    std::cout << event_text(event) << std::flush;
    return;
  }
  std::cout << json_line({{"seq", event.seq}, {"at_ms", event.at_ms}, {"kind", event.kind}, {"data", event.data}})
            << std::flush;
}

int follow(const Options& options) {
  auto store = store::SqliteCallStore::open(store::default_path());
  if (!store) return report_failure(store.error());
  asio::io_context io(1);
  std::optional<Result<calls::Call>> followed;
  auto on_event = [json = options.json](const calls::Event& event) { tell(event, json); };
  asio::co_spawn(io, follow_call(**store, options.call_id, kPoll, Deadline::never(), std::move(on_event)),
                 [&](std::exception_ptr error, Result<calls::Call> result) {
                   if (error) std::rethrow_exception(error);
                   followed = std::move(result);
                 });
  io.run();
  if (!*followed) return report_failure(followed->error());
  if (!options.json) std::cout << ending_text(**followed);
  return 0;
}

CLI::App* with_call_id(CLI::App& command, const std::string& name, const std::string& help,
                       const std::shared_ptr<Options>& options) {
  auto* sub = command.add_subcommand(name, help);
  sub->add_option("CALL_ID", options->call_id, "Of the call, as `call-agent calls` lists it")->required();
  return sub;
}

}  // namespace

void add_calls(CLI::App& cli, Invocation& invocation) {
  auto* command = cli.add_subcommand("calls", "The call log: list, show, transcript, follow");
  auto options = std::make_shared<Options>();
  command->add_flag("--json", options->json, "For programs: JSON, a line a call or event");
  command->require_subcommand(0, 1);
  command->fallthrough();

  auto* listing = command->add_subcommand("list", "The latest calls, newest first (what `calls` alone does)");
  listing->add_option("--limit", options->limit, "At most so many")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  listing->add_option("--state", options->state, "Only calls in this state");
  listing->add_option("--outcome", options->outcome, "Only calls that ended so");
  listing->add_option("--number", options->phone_number, "Only calls to this number, in E.164");
  auto* showing = with_call_id(*command, "show", "Everything about a call", options);
  auto* transcript = with_call_id(*command, "transcript", "What was said", options);
  auto* following = with_call_id(*command, "follow", "What happens on a call, as it happens, until it ends", options);

  command->callback([=, &invocation] {
    invocation.run = [=] {
      if (showing->parsed() || transcript->parsed()) return show(*options, transcript->parsed());
      return following->parsed() ? follow(*options) : list(*options);
    };
  });
}

}  // namespace call_agent::app
