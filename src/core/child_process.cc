#include "core/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>

extern char** environ;  // NOLINT(readability-redundant-declaration): not every libc header declares it.

namespace call_agent {
namespace {

struct Pipe {
  int read = -1;
  int write = -1;
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) == 0) {
      read = ends[0];
      write = ends[1];
    }
  }
  ~Pipe() {
    if (read >= 0) ::close(read);
    if (write >= 0) ::close(write);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  bool ok() const { return read >= 0; }
  static int release(int& end) { return std::exchange(end, -1); }
};

// Everything the child needs is laid out before fork, so that it only makes async-signal-safe calls.
struct Image {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  int input, output, errors;
  bool end_with_parent;
};

[[noreturn]] void become(const Image& image, int report, pid_t parent) {
  if (image.end_with_parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(127);  // The parent ended before the request took hold.
  }
  ::setpgid(0, 0);  // Ctrl-C in a terminal is for the parent, which passes on what it means.
  ::dup2(image.input, STDIN_FILENO);
  ::dup2(image.output, STDOUT_FILENO);
  if (image.errors >= 0) ::dup2(image.errors, STDERR_FILENO);
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::execvpe(image.arguments[0], image.arguments.data(), image.environment.data());
  const int error = errno;
  [[maybe_unused]] const auto n = ::write(report, &error, sizeof error);
  ::_exit(127);
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (const auto& text : strings) out.push_back(const_cast<char*>(text.c_str()));
  return out;
}

/// Whether one of `variables` has the name of `variable`; which of two a program would take is its own affair.
bool names_one_of(const std::vector<std::string>& variables, std::string_view variable) {
  const auto name = variable.substr(0, variable.find('=') + 1);
  return std::any_of(variables.begin(), variables.end(), [name](const auto& each) { return each.starts_with(name); });
}

}  // namespace

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(asio::any_io_executor executor, const Options& options) {
  if (options.arguments.empty()) return fail(Errc::kInvalidArgument, "no program to start");
  Pipe in, out, err, report;
  if (!in.ok() || !out.ok() || !err.ok() || !report.ok()) return fail(Errc::kUnavailable, "out of file descriptors");

  Image image{pointers(options.arguments),
              pointers(options.environment),
              in.read,
              out.write,
              options.capture_stderr ? err.write : -1,
              options.end_with_parent};
  image.arguments.push_back(nullptr);
  for (char** variable = environ; *variable; ++variable) {
    if (!names_one_of(options.environment, *variable)) image.environment.push_back(*variable);
  }
  image.environment.push_back(nullptr);

  const pid_t self = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return fail(Errc::kUnavailable, fmt::format("cannot start a process: errno {}", errno));
  if (pid == 0) become(image, report.write, self);

  ::close(Pipe::release(report.write));
  int exec_error = 0;
  const auto got = ::read(report.read, &exec_error, sizeof exec_error);  // Ends when exec closes the other side.
  if (got > 0) {
    ::waitpid(pid, nullptr, 0);
    return fail(Errc::kNotFound, fmt::format("cannot start {}: errno {}", options.arguments[0], exec_error));
  }

  std::unique_ptr<ChildProcess> child(new ChildProcess(executor));
  child->pid_ = pid;
  child->input_.assign(Pipe::release(in.write));
  child->output_.assign(Pipe::release(out.read));
  if (options.capture_stderr) child->errors_.assign(Pipe::release(err.read));
  child->pidfd_.assign(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  return child;
}

ChildProcess::~ChildProcess() {
  if (ended_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void ChildProcess::signal(int number) {
  if (!ended_) ::kill(pid_, number);
}

awaitable<ChildProcess::Ended> ChildProcess::ended() {
  if (!ended_) {
    co_await pidfd_.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    ended_ = Ended{WIFEXITED(status) ? WEXITSTATUS(status) : 0, WIFSIGNALED(status) ? WTERMSIG(status) : 0};
  }
  co_return *ended_;
}

}  // namespace call_agent
