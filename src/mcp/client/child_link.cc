#include "mcp/client/child_link.h"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <utility>

#include "mcp/line_reader.h"

namespace call_agent::mcp {
namespace {

using boost::system::error_code;

constexpr std::size_t kErrorTail = 4096;
constexpr std::size_t kReadSize = std::size_t{16} * 1024;
// Two of the longest messages: a server that leaves more unread than that is stuck.
constexpr std::size_t kMostUnsent = 2 * kMaxMessage;
constexpr milliseconds kFlush{1000};
constexpr milliseconds kInsistAfter{3000};
constexpr milliseconds kKillAfter{2000};
constexpr milliseconds kLastWords{200};

}  // namespace

Result<std::unique_ptr<Link>> ChildLink::start(asio::any_io_executor executor, Options options, LinkSink& sink) {
  auto child = ChildProcess::start(
      executor,
      {.arguments = std::move(options.command), .environment = std::move(options.environment), .capture_stderr = true});
  if (!child) return pass(child);
  std::unique_ptr<ChildLink> link(new ChildLink(executor, sink));
  link->child_ = std::move(*child);
  link->tasks_.spawn(link->read_output());
  link->tasks_.spawn(link->read_errors());
  link->tasks_.spawn(link->write_input());
  link->tasks_.spawn(link->watch());
  return link;
}

void ChildLink::send(Outgoing message) {
  if (output_gone_ || unsent_.size() + message.text.size() > kMostUnsent) return;  // Its requests run out of time.
  unsent_ += message.text;
  unsent_ += '\n';
  changed_.notify();
}

Error ChildLink::why_gone() const {
  std::string what = "the server closed its standard output";
  if (ended_) {
    what = ended_->signal != 0 ? fmt::format("the server was ended by signal {}", ended_->signal)
                               : fmt::format("the server ended with status {}", ended_->exit_status);
  }
  if (!error_tail_.empty()) what += "; the end of its standard error:\n" + error_tail_;
  return Error{Errc::kUnavailable, std::move(what)};
}

awaitable<int> ChildLink::close() {
  const auto flushed = Deadline::after(kFlush);
  while ((writing_ || !unsent_.empty()) && !output_gone_ && !flushed.passed()) co_await changed_.wait(flushed);
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

awaitable<void> ChildLink::read_output() {
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
        ++stray_;
      } else {
        take_line(line->text);
      }
    }
  }
  output_gone_ = true;
  // Its last words on standard error may still be on their way.
  const auto last_words = Deadline::after(kLastWords);
  while (!ended_ && !last_words.passed()) co_await changed_.wait(last_words);
  sink_.ended(why_gone());
}

void ChildLink::take_line(std::string_view line) {
  for (auto& message : decode(line).messages) {
    if (std::holds_alternative<Malformed>(message)) {
      ++stray_;
    } else {
      sink_.received(std::move(message));
    }
  }
}

awaitable<void> ChildLink::read_errors() {
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

awaitable<void> ChildLink::write_input() {
  while (true) {
    if (unsent_.empty()) {
      co_await changed_.wait();
      continue;
    }
    const std::string lines = std::exchange(unsent_, {});
    writing_ = true;
    error_code error;
    co_await asio::async_write(child_->input(), asio::buffer(lines), asio::redirect_error(asio::use_awaitable, error));
    writing_ = false;
    changed_.notify();
    if (error) co_return;  // The server has gone, which its output tells as well.
  }
}

awaitable<void> ChildLink::watch() {
  ended_ = co_await child_->ended();
  changed_.notify();
}

}  // namespace call_agent::mcp
