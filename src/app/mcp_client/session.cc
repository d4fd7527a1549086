#include "app/mcp_client/session.h"

#include <fmt/format.h>

#include <csignal>
#include <utility>

#include "app/command.h"

namespace call_agent::app {
namespace {

// A foreign server may be a script that installs itself first.
constexpr milliseconds kStartLimit{30'000};

}  // namespace

ClientSession::ClientSession(const asio::any_io_executor& executor, ClientOptions options)
    : executor_(executor),
      options_(std::move(options)),
      report_(options_.json),
      forms_(executor, options_.answers),
      tasks_(executor),
      signals_(executor, SIGINT, SIGTERM) {}

mcp::Client::Options ClientSession::client_options() {
  return {.child = {.command = options_.command, .environment = {}},
          .http = {.url = options_.url, .headers = options_.headers, .ca_file = options_.ca_file},
          .era = options_.era,
          .offers_forms = forms_.can_answer(),
          .answerer = [this](mcp::InputRequest form) { return fill(std::move(form)); },
          .on_notification = [this](const mcp::Notification& told) { report_.notification(told); }};
}

awaitable<Json> ClientSession::fill(mcp::InputRequest form) {
  Json answer = co_await forms_.fill(form.params);
  report_.form(form, answer);
  co_return answer;
}

awaitable<int> ClientSession::run() {
  signals_.async_wait([this](boost::system::error_code error, int) {
    if (error) return;
    stopped_ = true;
    signals_.clear();
    tasks_.cancel();
  });
  outcome_ = fail(Errc::kCancelled, "stopped");
  tasks_.spawn(work());
  co_await tasks_.join();
  int stray = 0;
  int status = 0;
  if (client_) {
    stray = client_->stray();
    status = co_await client_->close();
  }
  signals_.cancel();
  // Following goes on until somebody has seen enough.
  if (stopped_ && !options_.follow.empty()) outcome_ = {};
  if (outcome_ && client_) outcome_ = aftermath(stray, status);
  if (!outcome_) report_.error(outcome_.error());
  report_.finish();
  if (outcome_) co_return 0;
  auto words = printable_lines(outcome_.error().what, "");
  if (!words.empty()) words.pop_back();
  co_return report_failure({outcome_.error().code, std::move(words)});
}

Result<void> ClientSession::aftermath(int stray, int status) const {
  if (stray > 0) {
    return fail(Errc::kInternal, options_.url.empty()
                                     ? fmt::format("{} lines on standard output were no MCP messages", stray)
                                     : fmt::format("{} times the server sent what is no MCP message", stray));
  }
  if (status != 0) return fail(Errc::kInternal, fmt::format("the server ended with status {}", status));
  return {};
}

awaitable<void> ClientSession::work() {
  auto client = co_await mcp::Client::start(executor_, client_options(), Deadline::after(kStartLimit));
  if (!client) {
    outcome_ = pass(client);
    co_return;
  }
  client_ = std::move(*client);
  report_.server(client_->server(), client_->revision(), options_.url.empty() ? "stdio" : "HTTP");
  outcome_ = co_await converse();
}

}  // namespace call_agent::app
