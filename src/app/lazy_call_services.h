#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "app/livekit_telephony.h"
#include "app/mcp/call_services.h"
#include "core/settings.h"
#include "numbers/phone_numbers.h"
#include "store/call_store.h"

namespace call_agent::app {

/// The real services: each is opened when a tool first needs it, so that the server starts in milliseconds and with
/// whatever configuration there is. What is missing is looked for again at every call, so that mending the .env file is
/// enough. An --env-file that is no regular file is read once: of a pipe, nothing is left.
///
/// Lives on one executor; not thread-safe.
class LazyCallServices final : public CallServices {
 public:
  struct Options {
    std::optional<std::filesystem::path> env_file;
    std::string agent_name;
    calls::Placer::Options placer;
  };

  LazyCallServices(asio::any_io_executor executor, Options options)
      : executor_(executor), options_(std::move(options)), placing_(executor) {}

  Result<const calls::NumberingPlan*> plan() override { return &plan_; }
  Result<calls::CallStore*> store() override;
  Result<calls::Telephony*> telephony() override;
  Result<calls::Placer*> placer() override;
  Result<ConfirmPolicy> confirm_policy() override;
  milliseconds longest_attempt() const override { return options_.placer.longest_attempt(); }
  TaskGroup& placing() override { return placing_; }

 private:
  Result<Settings> settings();

  asio::any_io_executor executor_;
  Options options_;
  std::optional<Result<Settings>> read_once_;
  numbers::PhoneNumbers plan_;
  std::unique_ptr<store::SqliteCallStore> store_;
  std::unique_ptr<LiveKitTelephony> telephony_;
  std::unique_ptr<calls::Placer> placer_;
  TaskGroup placing_;
};

}  // namespace call_agent::app
