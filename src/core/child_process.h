#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/writable_pipe.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/asio.h"
#include "core/result.h"

namespace call_agent {

/// A program started by exec, with pipes to its standard input and output. Lives on one executor; not thread-safe.
/// Destroying a running child closes the pipes, kills it and reaps it: nothing is left behind.
class ChildProcess {
 public:
  struct Options {
    std::vector<std::string> arguments;    ///< The program's path first; looked up in PATH if it has no slash.
    std::vector<std::string> environment;  ///< NAME=VALUE, each added to ours or instead of it.
    bool capture_stderr = false;           ///< Otherwise standard error is ours.
    bool end_with_parent = true;           ///< SIGTERM when the thread that started it ends, so no orphan is left.
  };

  /// Errors: kNotFound (no such program), kUnavailable (the system refused).
  static Result<std::unique_ptr<ChildProcess>> start(asio::any_io_executor executor, const Options& options);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  int pid() const { return pid_; }
  asio::writable_pipe& input() { return input_; }
  asio::readable_pipe& output() { return output_; }
  /// Only if captured.
  asio::readable_pipe& errors() { return errors_; }

  bool running() const { return !ended_; }
  void signal(int number);

  struct Ended {
    int exit_status = 0;  ///< Of exit(); meaningless after a signal.
    int signal = 0;       ///< That killed it; 0 if it exited.
  };
  /// Returns once the child has ended; at once if it has. One waiter at a time.
  awaitable<Ended> ended();

 private:
  explicit ChildProcess(const asio::any_io_executor& executor)
      : input_(executor), output_(executor), errors_(executor), pidfd_(executor) {}

  int pid_ = -1;
  asio::writable_pipe input_;
  asio::readable_pipe output_;
  asio::readable_pipe errors_;
  asio::posix::stream_descriptor pidfd_;  // Readable when the child has ended; immune to reuse of its pid.
  std::optional<Ended> ended_;
};

}  // namespace call_agent
