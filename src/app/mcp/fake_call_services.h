#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/mcp/call_services.h"
#include "calls/memory_store.h"

/// What the MCP tools stand on, without a telephone: tests only.
namespace call_agent::app {

class FakePlan final : public calls::NumberingPlan {
 public:
  Result<calls::CheckedNumber> check(std::string_view number) const override {
    if (!number.starts_with('+')) {
      return fail(Errc::kInvalidArgument, "phone_number must be E.164, like +14155550123; got " + std::string(number));
    }
    return calls::CheckedNumber{.e164 = std::string(number), .region = "GB", .warning = warning};
  }
  std::string warning;
};

class FakeTelephony final : public calls::Telephony {
 public:
  std::vector<std::string> asked;
  calls::DialResult on_dial{.answered = true, .outcome = {}, .detail = "", .sip_status = 200};
  Result<void> on_delete, on_check;
  std::function<void()> after_delete;
  std::optional<milliseconds> dial_takes;

  awaitable<Result<void>> dispatch(std::string, std::string, Deadline) override { co_return Result<void>{}; }
  awaitable<Result<Agent>> agent_ready(std::string, Deadline) override { co_return Agent{}; }
  awaitable<Result<calls::DialResult>> dial(Dial) override {
    asked.push_back("dial");
    if (dial_takes) co_await sleep_for(*dial_takes);
    co_return on_dial;
  }
  awaitable<Result<Occupancy>> occupancy(std::string) override { co_return Occupancy{}; }
  awaitable<Result<void>> check(Deadline) override {
    asked.push_back("check");
    co_return on_check;
  }
  awaitable<Result<void>> delete_room(std::string) override {
    asked.push_back("delete_room");
    if (after_delete) after_delete();
    co_return on_delete;
  }
};

class FakeServices final : public CallServices {
 public:
  explicit FakeServices(const asio::any_io_executor& executor)
      : placing_(executor), placer_(store_, telephony_, plan_, {}) {}

  Result<const calls::NumberingPlan*> plan() override { return &plan_; }
  Result<calls::CallStore*> store() override { return &store_; }
  Result<calls::Telephony*> telephony() override {
    if (missing_) return std::unexpected(*missing_);
    return &telephony_;
  }
  Result<calls::Placer*> placer() override {
    if (missing_) return std::unexpected(*missing_);
    return &placer_;
  }
  Result<ConfirmPolicy> confirm_policy() override { return policy_; }
  milliseconds longest_attempt() const override { return longest_attempt_; }
  TaskGroup& placing() override { return placing_; }

  TaskGroup placing_;
  calls::MemoryStore store_;
  FakeTelephony telephony_;
  FakePlan plan_;
  calls::Placer placer_;
  std::optional<Error> missing_;
  ConfirmPolicy policy_ = ConfirmPolicy::kNewNumbers;
  milliseconds longest_attempt_{95'000};
};

}  // namespace call_agent::app
