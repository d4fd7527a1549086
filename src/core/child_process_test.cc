#include "core/child_process.h"

#include <gtest/gtest.h>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <csignal>

namespace call_agent {
namespace {

std::string read_all(asio::readable_pipe& pipe) {
  std::string text;
  boost::system::error_code ended;
  asio::read(pipe, asio::dynamic_buffer(text), ended);
  return text;
}

ChildProcess::Ended wait(asio::io_context& io, ChildProcess& child) {
  ChildProcess::Ended result;
  asio::co_spawn(io, child.ended(), [&](std::exception_ptr, ChildProcess::Ended ended) { result = ended; });
  io.restart();
  io.run();
  return result;
}

TEST(ChildProcess, TalksThroughItsPipesAndReportsItsStatus) {
  asio::io_context io;
  auto child =
      ChildProcess::start(io.get_executor(), {.arguments = {"sh", "-c", "read line; echo \"got $line\"; exit 7"}});
  ASSERT_TRUE(child);
  asio::write((*child)->input(), asio::buffer("hello\n", 6));
  EXPECT_EQ(read_all((*child)->output()), "got hello\n");
  EXPECT_EQ(wait(io, **child).exit_status, 7);
  EXPECT_FALSE((*child)->running());
}

TEST(ChildProcess, AddsToTheEnvironmentOrReplacesAndCapturesErrors) {
  asio::io_context io;
  auto child = ChildProcess::start(io.get_executor(), {.arguments = {"sh", "-c", "echo $COLOUR $HOME >&2"},
                                                       .environment = {"COLOUR=teal", "HOME=/here"},
                                                       .capture_stderr = true});
  ASSERT_TRUE(child);
  EXPECT_EQ(read_all((*child)->errors()), "teal /here\n");
  wait(io, **child);
}

TEST(ChildProcess, ReportsTheSignalThatKilledIt) {
  asio::io_context io;
  auto child = ChildProcess::start(io.get_executor(), {.arguments = {"sleep", "60"}});
  ASSERT_TRUE(child);
  (*child)->signal(SIGKILL);
  EXPECT_EQ(wait(io, **child).signal, SIGKILL);
}

TEST(ChildProcess, AMissingProgramIsAnErrorNotAChild) {
  asio::io_context io;
  auto child = ChildProcess::start(io.get_executor(), {.arguments = {"/no/such/program"}});
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().code, Errc::kNotFound);
}

TEST(ChildProcess, LeavesNoOrphanWhenDestroyed) {
  asio::io_context io;
  auto child = ChildProcess::start(io.get_executor(), {.arguments = {"sleep", "60"}});
  ASSERT_TRUE(child);
  const int pid = (*child)->pid();
  child->reset();
  EXPECT_EQ(::kill(pid, 0), -1);
}

}  // namespace
}  // namespace call_agent
