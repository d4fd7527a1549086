#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "app/call_batch.h"
#include "app/call_list.h"
#include "app/command.h"
#include "app/lazy_call_services.h"
#include "app/terminal_text.h"
#include "numbers/phone_numbers.h"

namespace call_agent::app {
namespace {

constexpr std::uintmax_t kLargestFile = 64 * 1024 * 1024;

struct Options {
  std::vector<std::string> numbers;
  std::string file;
  std::string objective;
  int concurrency = 2;
  bool dry_run = false;
  bool no_wait = false;
  std::string agent_name = "calling_agent";
  int ready_seconds = 10;
  int ringing_seconds = 30;
};

Result<std::vector<ListedCall>> read_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) return fail(Errc::kInvalidArgument, fmt::format("cannot read {}", path.string()));
  if (size > kLargestFile) return fail(Errc::kInvalidArgument, fmt::format("{} is too large: split it", path.string()));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto extension = path.extension();
  if (extension == ".jsonl" || extension == ".ndjson") return parse_jsonl_list(text);
  if (extension == ".csv") return parse_csv_list(text);
  return fail(Errc::kInvalidArgument, "--file must end in .csv or .jsonl");
}

Result<std::vector<ListedCall>> listed(const Options& options) {
  if (options.file.empty() == options.numbers.empty()) {
    return fail(Errc::kInvalidArgument, "give either numbers or --file");
  }
  std::vector<ListedCall> list;
  for (const auto& number : options.numbers) {
    list.emplace_back();
    list.back().request.phone_number = number;
  }
  if (!options.file.empty()) {
    auto read = read_file(options.file);
    if (!read) return fail(read.error().code, fmt::format("{}:\n{}", options.file, read.error().what));
    list = std::move(*read);
  }
  for (auto& [line, request] : list) {
    if (request.objective.empty()) request.objective = options.objective;
  }
  return list;
}

int place_all(const Options& options, const Invocation& invocation, std::vector<ListedCall> list) {
  asio::io_context io(1);
  LazyCallServices services(io.get_executor(),
                            {.env_file = invocation.env_file,
                             .agent_name = options.agent_name,
                             .placer = {.ready_limit = std::chrono::seconds(options.ready_seconds),
                                        .ringing_limit = std::chrono::seconds(options.ringing_seconds)}});
  const auto placer = services.placer();
  if (!placer) return report_failure(placer.error());
  const auto store = services.store();
  if (!store) return report_failure(store.error());

  const auto total = list.size();
  CallBatch batch(**store, **placer, std::move(list), {.concurrency = options.concurrency, .wait = !options.no_wait},
                  [](std::string_view line) { std::cout << line << std::flush; });
  auto& tasks = services.placing();
  asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](boost::system::error_code error, int) {
    if (error) return;
    std::cerr << "stopping: no further call is begun; those that ring or talk go on with their agent\n";
    tasks.cancel();
  });
  tasks.spawn(batch.run());
  asio::co_spawn(io, tasks.join(), [&](std::exception_ptr) { signals.cancel(); });
  io.run();

  std::string results;
  std::size_t done = 0;
  for (const auto& [result, count] : batch.results()) {
    fmt::format_to(std::back_inserter(results), "{}{} {}", results.empty() ? "" : ", ", count, result);
    done += static_cast<std::size_t>(count);
  }
  if (done < total) fmt::format_to(std::back_inserter(results), "{}{} stopped", done == 0 ? "" : ", ", total - done);
  std::cout << fmt::format("{} call{}: {}\n", total, total == 1 ? "" : "s", results);
  return batch.succeeded() ? 0 : 1;
}

int make_calls(const Options& options, const Invocation& invocation) {
  auto list = listed(options);
  if (!list) return report_failure(list.error());
  const numbers::PhoneNumbers plan;
  const auto warnings = check_list(*list, plan);
  if (!warnings) {
    return report_failure({warnings.error().code, warnings.error().what + "\nNothing was dialed."});
  }
  std::cerr << *warnings;
  if (!options.dry_run) return place_all(options, invocation, std::move(*list));
  for (const auto& [line, request] : *list) {
    std::cout << fmt::format("would call {}: {}\n", plan.check(request.phone_number)->e164,
                             printable(request.objective));
  }
  return 0;
}

}  // namespace

void add_make_calls(CLI::App& cli, Invocation& invocation) {
  auto* command =
      cli.add_subcommand("make-calls", "Make phone calls without an MCP client: numbers, or a list in a file");
  auto options = std::make_shared<Options>();
  command->add_option("NUMBER", options->numbers, "Phone numbers in E.164, such as +14155550123");
  command->add_option("--file", options->file,
                      "A .csv or .jsonl list: phone_number, objective, context, opening, language, max_minutes, "
                      "idempotency_key; result_schema in .jsonl");
  command->add_option("--objective", options->objective, "What each call is for, where the list does not say");
  command->add_option("--concurrency", options->concurrency, "Calls at once")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command->add_flag("--dry-run", options->dry_run, "Check the list and say what would be called");
  command->add_flag("--no-wait", options->no_wait, "Do not follow the calls once they are answered");
  command->add_option("--agent-name", options->agent_name, "The LiveKit agent that takes the calls")
      ->capture_default_str();
  command->add_option("--ready-limit", options->ready_seconds, "Seconds for the agent to join and get ready")
      ->check(CLI::Range(1, 30))
      ->capture_default_str();
  command->add_option("--ringing-limit", options->ringing_seconds, "Seconds the phone rings before no_answer")
      ->check(CLI::Range(1, 60))
      ->capture_default_str();
  command->callback(
      [options, &invocation] { invocation.run = [options, &invocation] { return make_calls(*options, invocation); }; });
}

}  // namespace call_agent::app
