#include "mcp/http_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <utility>
#include <vector>

namespace call_agent::mcp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Takes everything; something happens in the middle of its first write.
class BusyReply final : public net::ServerReply {
 public:
  explicit BusyReply(std::function<void()> meanwhile) : meanwhile_(std::move(meanwhile)) {}

  awaitable<Result<void>> send(net::ServerResponse) override { co_return Result<void>{}; }
  awaitable<Result<void>> begin(int, std::vector<net::Header>) override {
    begun_ = true;
    co_return Result<void>{};
  }
  awaitable<Result<void>> write(std::string_view piece) override {
    written.emplace_back(piece);
    if (written.size() == 1) meanwhile_();
    co_await asio::post(asio::use_awaitable);
    co_return Result<void>{};
  }
  bool begun() const override { return begun_; }

  std::vector<std::string> written;

 private:
  std::function<void()> meanwhile_;
  bool begun_ = false;
};

struct HttpAnswerTest : testing::Test {
  asio::io_context io{1};
  std::function<void()> meanwhile;
  BusyReply reply{[this] { meanwhile(); }};
  HttpAnswer answer{reply, io.get_executor()};
  bool over = false;

  /// Everything that can happen without time going by.
  void transmit() {
    answer.stream_from_the_start();
    answer.send("first\n");
    asio::co_spawn(io, answer.transmit([] { return 200; }), [this](std::exception_ptr error) {
      EXPECT_FALSE(error);
      over = true;
    });
    io.poll();
  }
};

TEST_F(HttpAnswerTest, WhatComesDuringAWriteFollowsItAtOnce) {
  meanwhile = [this] { answer.send("second\n"); };
  transmit();
  EXPECT_THAT(reply.written, ElementsAre(HasSubstr("first"), HasSubstr("second")));
  EXPECT_FALSE(over);
  answer.finish();
  io.poll();
  EXPECT_TRUE(over);
}

TEST_F(HttpAnswerTest, AnEndDuringAWriteEndsItToo) {
  meanwhile = [this] { answer.finish(); };
  transmit();
  EXPECT_THAT(reply.written, ElementsAre(HasSubstr("first")));
  EXPECT_TRUE(over);
}

}  // namespace
}  // namespace call_agent::mcp
