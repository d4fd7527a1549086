#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <utility>

#include "app/mcp_client/session.h"
#include "app/terminal_text.h"
#include "calls/placer.h"
#include "core/base64.h"

// What a session does once it is connected.
namespace call_agent::app {
namespace {

using mcp::part;
using mcp::text_part;

constexpr milliseconds kListLimit{30'000};
// Beyond what make_phone_call takes with the longest limits `server` permits, so that no call rings that nobody
// follows.
constexpr milliseconds kCallLimit{110'000};
static_assert(kCallLimit >
              calls::Placer::Options{.ready_limit = milliseconds{30'000}, .ringing_limit = milliseconds{60'000}}
                  .longest_attempt());
constexpr milliseconds kTaskLimit{3'600'000};

bool is_error(const Json& result) {
  return part(result, "isError") == true;
}

const Json& named(const Json& tools, std::string_view name) {
  static const Json kNone;
  const auto found = std::ranges::find_if(tools, [&](const Json& tool) { return text_part(tool, "name") == name; });
  return found == tools.end() ? kNone : *found;
}

Result<void> completed(const Json& call) {
  const auto outcome = text_part(call, "outcome");
  if (outcome == "completed") return {};
  return fail(Errc::kUnavailable, fmt::format("the call did not complete; its outcome is \"{}\"", outcome));
}

}  // namespace

Deadline ClientSession::call_deadline() const {
  return Deadline::after(options_.timeout ? milliseconds(*options_.timeout)
                                          : (options_.as_task ? kTaskLimit : kCallLimit));
}

mcp::Client::OnProgress ClientSession::on_progress() {
  return [this](double progress, std::optional<double> total, std::string_view message) {
    report_.progress(progress, total, message);
  };
}

awaitable<Result<void>> ClientSession::converse() {
  // A call needs them as well: for what its arguments are, and which of them are repeated in headers.
  const bool has_tools = !part(part(client_->server(), "capabilities"), "tools").is_null();
  if (options_.lists_tools() || !options_.number.empty() || (!options_.call.empty() && has_tools)) {
    auto tools = co_await client_->list("tools/list", "tools", Deadline::after(kListLimit));
    if (!tools) co_return pass(tools);
    tools_ = *std::move(tools);
    if (options_.lists_tools()) report_.tools(tools_);
  }
  using Step = awaitable<Result<void>> (ClientSession::*)();
  for (const auto& [wanted, step] :
       std::initializer_list<std::pair<bool, Step>>{{options_.resources, &ClientSession::list_resources},
                                                    {options_.prompts, &ClientSession::list_prompts},
                                                    {!options_.number.empty(), &ClientSession::place_and_follow},
                                                    {!options_.call.empty(), &ClientSession::call},
                                                    {!options_.read.empty(), &ClientSession::read},
                                                    {!options_.follow.empty(), &ClientSession::follow}}) {
    if (!wanted) continue;
    auto done = co_await (this->*step)();
    if (!done) co_return done;
  }
  co_return Result<void>();
}

awaitable<Result<void>> ClientSession::list_resources() {
  Json resources = Json::array();
  Json templates = Json::array();
  if (!part(part(client_->server(), "capabilities"), "resources").is_null()) {
    auto listed = co_await client_->list("resources/list", "resources", Deadline::after(kListLimit));
    if (!listed) co_return pass(listed);
    resources = *std::move(listed);
    // Servers without any may not know the question.
    auto families =
        co_await client_->list("resources/templates/list", "resourceTemplates", Deadline::after(kListLimit));
    if (families) templates = *std::move(families);
  }
  report_.resources(resources, templates);
  co_return Result<void>();
}

awaitable<Result<void>> ClientSession::list_prompts() {
  Json prompts = Json::array();
  if (!part(part(client_->server(), "capabilities"), "prompts").is_null()) {
    auto listed = co_await client_->list("prompts/list", "prompts", Deadline::after(kListLimit));
    if (!listed) co_return pass(listed);
    prompts = *std::move(listed);
  }
  report_.prompts(prompts);
  co_return Result<void>();
}

/// Places a call and follows it to its end; an error unless it completed, for scripts that go by the exit status.
awaitable<Result<void>> ClientSession::place_and_follow() {
  Json arguments{{"phone_number", options_.number}};
  if (!options_.objective.empty()) arguments["objective"] = options_.objective;
  std::string tool = "make_phone_call";
  while (true) {
    auto result =
        co_await client_->ask("tools/call", {{"name", tool}, {"arguments", arguments}}, on_progress(), call_deadline());
    if (!result) co_return pass(result);
    report_.result(tool, *result);
    if (is_error(*result)) co_return fail(Errc::kUnavailable, tool + " was refused");
    const Json& call = part(*result, "structuredContent");
    if (!part(call, "call_id").is_string() || !part(call, "state").is_string()) {
      co_return fail(Errc::kInternal, tool + " answered without call_id and state");
    }
    if (part(call, "state") == "ended" && tool == "wait_for_call") co_return completed(call);
    // A call that failed before an answer has its whole record as well.
    tool = "wait_for_call";
    arguments = Json{{"call_id", part(call, "call_id")}};
  }
}

awaitable<Result<void>> ClientSession::call() {
  Json params{{"name", options_.call},
              {"arguments", merged_arguments(options_, part(named(tools_, options_.call), "inputSchema"))}};
  const bool as_task = options_.as_task && mcp::offers_tasks(client_->server());
  if (options_.as_task && !as_task) std::cerr << "call-agent: the server offers no tasks; this is a plain call\n";
  auto result =
      as_task ? co_await client_->call_as_task(
                    std::move(params), on_progress(), [this](const Json& task) { report_.task(task); }, call_deadline())
              : co_await client_->ask("tools/call", std::move(params), on_progress(), call_deadline());
  if (!result) co_return pass(result);
  report_.result(options_.call, *result);
  if (is_error(*result)) co_return fail(Errc::kInternal, options_.call + " reported an error");
  co_return Result<void>();
}

awaitable<Result<Json>> ClientSession::read_once(std::string uri) {
  co_return co_await client_->ask("resources/read", {{"uri", std::move(uri)}}, on_progress(), call_deadline());
}

awaitable<Result<void>> ClientSession::read() {
  const auto got = co_await read_once(options_.read);
  if (!got) co_return pass(got);
  if (!options_.output.empty()) co_return save(*got);
  report_.reading(options_.read, *got);
  co_return Result<void>();
}

Result<void> ClientSession::save(const Json& reading) {
  const Json& contents = part(reading, "contents");
  if (!contents.is_array() || contents.size() != 1) {
    return fail(Errc::kInternal, fmt::format("this resource has {} parts; only one can be saved",
                                             contents.is_array() ? contents.size() : 0));
  }
  const Json& one = contents[0];
  auto bytes = part(one, "blob").is_string() ? from_base64(text_part(one, "blob"))
                                             : std::optional<std::string>(text_part(one, "text"));
  if (!bytes) return fail(Errc::kInternal, "the server sent broken base64");
  std::ofstream file(options_.output, std::ios::binary | std::ios::trunc);
  file << *bytes << std::flush;
  if (!file) return fail(Errc::kInvalidArgument, fmt::format("cannot write {}", options_.output));
  report_.saved(options_.output, bytes->size());
  return {};
}

awaitable<Result<void>> ClientSession::follow() {
  const auto until = options_.follow_for ? Deadline::after(*options_.follow_for) : Deadline::never();
  // First watched and then read, so that no change falls between.
  const auto watched = co_await client_->watch(options_.follow, Deadline::after(kListLimit));
  if (!watched) co_return pass(watched);
  Json last;
  while (true) {
    const auto got = co_await read_once(options_.follow);
    if (!got) co_return pass(got);
    if (const Json& contents = part(*got, "contents"); contents != last) {
      report_.reading(options_.follow, *got);
      last = contents;
    }
    const auto changed = co_await client_->changed(until);
    if (!changed && until.passed()) co_return Result<void>();
    if (!changed) co_return pass(changed);
  }
}

}  // namespace call_agent::app
