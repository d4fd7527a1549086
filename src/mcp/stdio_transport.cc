#include "mcp/stdio_transport.h"

#include <fcntl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <string_view>
#include <utility>

#include "core/clock.h"
#include "core/log.h"

namespace call_agent::mcp {
namespace {

using boost::system::error_code;

constexpr std::size_t kReadSize = 16 * 1024;
// A client that has closed its input may still read what was answered before.
constexpr milliseconds kLastWords{500};

void borrow(asio::posix::stream_descriptor& descriptor, int fd) {
  error_code error;
  descriptor.assign(fd, error);
  if (!error) descriptor.non_blocking(true, error);
}

// Standard input and output may be shared with a shell, which expects them as they were.
void give_back(asio::posix::stream_descriptor& descriptor, int flags) {
  if (descriptor.is_open()) ::fcntl(descriptor.release(), F_SETFL, flags);
}

}  // namespace

StdioTransport::StdioTransport(const asio::any_io_executor& executor, const Catalog& catalog, int input, int output)
    : server_(catalog, sealer_, local_user()),
      runner_(server_, executor),
      input_(executor),
      output_(executor),
      input_flags_(::fcntl(input, F_GETFL)),
      output_flags_(::fcntl(output, F_GETFL)),
      unsent_changed_(executor),
      tasks_(executor) {
  // Both flags are read before either changes: one open file may be behind both descriptors.
  borrow(input_, input);
  borrow(output_, output);
  output_gone_ = !output_.is_open();
}

StdioTransport::~StdioTransport() {
  give_back(input_, input_flags_);
  give_back(output_, output_flags_);
}

awaitable<void> StdioTransport::serve() {
  if (!input_.is_open() || !output_.is_open()) {
    log::error("standard input or output is closed");
    co_return;
  }
  tasks_.spawn(write_unsent());
  co_await read_lines();

  const auto deadline = Deadline::after(kLastWords);
  while (!unsent_.empty() && !output_gone_ && !deadline.passed()) co_await unsent_changed_.wait(deadline);
  output_gone_ = true;
  tasks_.cancel();
  co_await tasks_.join();
}

void StdioTransport::stop() {
  error_code ignored;
  output_gone_ = true;
  input_.cancel(ignored);
  unsent_changed_.notify();
}

awaitable<void> StdioTransport::read_lines() {
  LineReader lines(kMaxMessage);
  std::string buffer(kReadSize, '\0');
  while (!output_gone_) {
    error_code error;
    const auto n =
        co_await input_.async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    lines.push(std::string_view(buffer).substr(0, n));
    while (const auto line = lines.take()) {
      take_line(*line);
      co_await drained();
      if (output_gone_) co_return;
    }
  }
}

void StdioTransport::take_line(const LineReader::Line& line) {
  if (line.too_long) {
    send(encode_error(kNullId, {.code = kInvalidRequest, .message = "a message may have 4 MiB at most"}) + "\n");
    return;
  }
  Server::Step step = server_.receive(line.text, unix_ms());
  send(std::move(step.out));
  for (const auto number : step.cancel) {
    if (const auto member = running_.extract(number)) tasks_.cancel(member.mapped());
  }
  if (!step.answered.empty()) runner_.wake();
  if (step.subscriptions_changed) {
    if (listener_) {
      listener_->set_filter(server_.subscriptions());
    } else {
      listener_.emplace(*server_.catalog().offer().changes, input_.get_executor(), server_.principal().id,
                        server_.subscriptions());
      tasks_.spawn(tell_changes());
    }
  }
  for (auto& call : step.start) {
    const auto number = call.number;
    const auto member = tasks_.spawn(run_call(std::move(call)));
    if (server_.in_progress(number)) running_.emplace(number, member);
  }
}

awaitable<void> StdioTransport::run_call(Server::Call call) {
  const auto number = call.number;
  co_await runner_.run(std::move(call), *this);
  running_.erase(number);
}

awaitable<void> StdioTransport::tell_changes() {
  while (!output_gone_) {
    co_await drained();
    const Changes changes = co_await listener_->next();
    send(change_notifications(changes, ""));
  }
}

awaitable<void> StdioTransport::drained() {
  while (congested() && !output_gone_) co_await unsent_changed_.wait();
}

// Writes at once what the client has room for; a coroutine of its own waits for the rest.
void StdioTransport::send(std::string lines) {
  if (lines.empty() || output_gone_) return;
  if (!unsent_.empty()) {
    unsent_ += lines;
    return;
  }
  error_code error;
  const auto n = output_.write_some(asio::buffer(lines), error);
  if (error && error != asio::error::would_block && error != asio::error::try_again) return stop();
  if (n == lines.size()) return;
  lines.erase(0, n);
  unsent_ = std::move(lines);
  unsent_changed_.notify();
}

awaitable<void> StdioTransport::write_unsent() {
  while (!output_gone_) {
    if (unsent_.empty()) {
      co_await unsent_changed_.wait();
      continue;
    }
    error_code error;
    co_await output_.async_wait(asio::posix::stream_descriptor::wait_write,
                                asio::redirect_error(asio::use_awaitable, error));
    std::size_t n = 0;
    if (!error) n = output_.write_some(asio::buffer(unsent_), error);
    if (error && error != asio::error::would_block && error != asio::error::try_again) {
      stop();
      co_return;
    }
    unsent_.erase(0, n);
    unsent_changed_.notify();
  }
}

}  // namespace call_agent::mcp
