#include "mcp/client.h"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <utility>

#include "mcp/revision.h"

namespace call_agent::mcp {
namespace {

using boost::system::error_code;

constexpr std::size_t kErrorTail = 4096;
constexpr std::size_t kReadSize = 16 * 1024;
constexpr milliseconds kInsistAfter{3000};
constexpr milliseconds kKillAfter{2000};
constexpr milliseconds kLastWords{200};

}  // namespace

awaitable<Result<std::unique_ptr<Client>>> Client::start(asio::any_io_executor executor, Options options,
                                                         Deadline deadline) {
  auto child = ChildProcess::start(
      executor,
      {.arguments = std::move(options.command), .environment = std::move(options.environment), .capture_stderr = true});
  if (!child) co_return pass(child);
  std::unique_ptr<Client> client(new Client(executor));
  client->child_ = std::move(*child);
  client->tasks_.spawn(client->read_output());
  client->tasks_.spawn(client->read_errors());
  client->tasks_.spawn(client->write_input());
  client->tasks_.spawn(client->watch());
  const auto hands = co_await client->handshake(deadline);
  if (!hands) {
    co_await client->close();
    co_return pass(hands);
  }
  co_return client;
}

awaitable<Result<void>> Client::handshake(Deadline deadline) {
  Json params{{"protocolVersion", to_string(kLatestHandshake)},
              {"capabilities", Json::object()},
              {"clientInfo", {{"name", "call-agent-test-client"}, {"version", "1"}}}};
  auto result = co_await request("initialize", std::move(params), {}, deadline);
  if (!result) co_return pass(result);
  const auto version = result->is_object() ? result->find("protocolVersion") : result->end();
  if (version == result->end() || !version->is_string() || !revision_from(version->get_ref<const std::string&>())) {
    co_return fail(Errc::kInvalidArgument, "the server answered initialize without a revision this client knows");
  }
  server_ = std::move(*result);
  notify("notifications/initialized", Json::object());
  co_return Result<void>();
}

awaitable<Result<Json>> Client::list_tools(Deadline deadline) {
  Json tools = Json::array();
  Json params = Json::object();
  while (true) {
    auto page = co_await request("tools/list", params, {}, deadline);
    if (!page) co_return pass(page);
    if (!page->is_object() || !page->contains("tools") || !(*page)["tools"].is_array()) {
      co_return fail(Errc::kInternal, "the server's tools/list has no list of tools");
    }
    for (auto& tool : (*page)["tools"]) tools.push_back(std::move(tool));
    if (!page->contains("nextCursor") || (*page)["nextCursor"].is_null()) co_return tools;
    params["cursor"] = (*page)["nextCursor"];
  }
}

awaitable<Result<Json>> Client::call_tool(std::string name, Json arguments, OnProgress on_progress, Deadline deadline) {
  Json params{{"name", std::move(name)}, {"arguments", std::move(arguments)}};
  co_return co_await request("tools/call", std::move(params), std::move(on_progress), deadline);
}

awaitable<Result<Json>> Client::request(std::string method, Json params, OnProgress on_progress, Deadline deadline) {
  const RpcId id = std::to_string(++last_id_);
  if (on_progress) params["_meta"]["progressToken"] = last_id_;
  Pending pending{.on_progress = std::move(on_progress), .response = std::nullopt};
  pending_.emplace(id, &pending);
  const std::shared_ptr<void> forget(nullptr, [this, id](void*) { pending_.erase(id); });
  send(encode_request(id, method, dump_json(params)));
  while (!pending.response && !gone() && !deadline.passed()) co_await changed_.wait(deadline);
  if (!pending.response && gone()) {
    // Its last words on standard error may still be on their way.
    const auto last_words = Deadline::after(kLastWords);
    while (!ended_ && !last_words.passed()) co_await changed_.wait(last_words);
    co_return std::unexpected(why_gone());
  }
  if (!pending.response) {
    if (method != "initialize")
      notify("notifications/cancelled", {{"requestId", Json::parse(id)}, {"reason", "timeout"}});
    co_return fail(Errc::kDeadline, fmt::format("the server did not answer {} in time", method));
  }
  if (auto* error = std::get_if<RpcError>(&pending.response->outcome)) {
    co_return fail(Errc::kInternal, fmt::format("the server refused {}: {} ({})", method, error->message, error->code));
  }
  co_return std::move(std::get<Json>(pending.response->outcome));
}

void Client::notify(std::string_view method, const Json& params) {
  send(encode_notification(method, dump_json(params)));
}

void Client::send(std::string line) {
  unsent_ += line;
  unsent_ += '\n';
  changed_.notify();
}

Error Client::why_gone() const {
  std::string what = "the server closed its standard output";
  if (ended_) {
    what = ended_->signal != 0 ? fmt::format("the server was ended by signal {}", ended_->signal)
                               : fmt::format("the server ended with status {}", ended_->exit_status);
  }
  if (!error_tail_.empty()) what += "; the end of its standard error:\n" + error_tail_;
  return Error{Errc::kUnavailable, std::move(what)};
}

awaitable<int> Client::close() {
  error_code ignored;
  child_->input().close(ignored);
  for (const auto& [signal, limit] : {std::pair{0, kInsistAfter}, {SIGTERM, kKillAfter}, {SIGKILL, kKillAfter}}) {
    if (signal != 0 && !ended_) child_->signal(signal);
    const auto deadline = Deadline::after(limit);
    while (!ended_ && !deadline.passed()) co_await changed_.wait(deadline);
  }
  tasks_.cancel();
  co_await tasks_.join();
  if (!ended_) co_return 128 + SIGKILL;
  co_return ended_->signal != 0 ? 128 + ended_->signal : ended_->exit_status;
}

awaitable<void> Client::read_output() {
  LineReader lines(kMaxMessage);
  std::string buffer(kReadSize, '\0');
  while (true) {
    error_code error;
    const auto n = co_await child_->output().async_read_some(asio::buffer(buffer),
                                                             asio::redirect_error(asio::use_awaitable, error));
    if (error) break;
    lines.push(std::string_view(buffer).substr(0, n));
    while (const auto line = lines.take()) {
      if (line->too_long) {
        ++stray_lines_;
      } else {
        take_line(line->text);
      }
    }
  }
  output_ended_ = true;
  changed_.notify();
}

void Client::take_line(std::string_view line) {
  for (auto& message : decode(line).messages) {
    if (auto* response = std::get_if<Response>(&message)) {
      const auto pending = pending_.find(response->id);
      if (pending == pending_.end()) continue;  // Answered after its deadline.
      pending->second->response = std::move(*response);
      changed_.notify();
    } else if (const auto* told = std::get_if<Notification>(&message)) {
      take_notification(*told);
    } else if (const auto* asked = std::get_if<Request>(&message)) {
      const bool ping = asked->method == "ping";
      send(ping ? encode_result(asked->id, "{}")
                : encode_error(asked->id, {.code = kMethodNotFound, .message = "this client offers no methods"}));
    } else {
      ++stray_lines_;
    }
  }
}

void Client::take_notification(const Notification& told) {
  if (told.method != "notifications/progress" || !told.params.contains("progressToken")) return;
  const auto pending = pending_.find(id_text(told.params["progressToken"]));
  if (pending == pending_.end() || !pending->second->on_progress) return;
  const auto number = told.params.find("progress");
  const auto message = told.params.find("message");
  pending->second->on_progress(number != told.params.end() && number->is_number() ? number->get<double>() : 0,
                               message != told.params.end() && message->is_string()
                                   ? std::string_view(message->get_ref<const std::string&>())
                                   : std::string_view());
}

awaitable<void> Client::read_errors() {
  std::string buffer(kErrorTail, '\0');
  while (true) {
    error_code error;
    const auto n = co_await child_->errors().async_read_some(asio::buffer(buffer),
                                                             asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    error_tail_.append(buffer, 0, n);
    if (error_tail_.size() > kErrorTail) error_tail_.erase(0, error_tail_.size() - kErrorTail);
  }
}

awaitable<void> Client::write_input() {
  while (true) {
    if (unsent_.empty()) {
      co_await changed_.wait();
      continue;
    }
    const std::string lines = std::exchange(unsent_, {});
    error_code error;
    co_await asio::async_write(child_->input(), asio::buffer(lines), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;  // The server has gone, which its output tells as well.
  }
}

awaitable<void> Client::watch() {
  ended_ = co_await child_->ended();
  changed_.notify();
}

}  // namespace call_agent::mcp
