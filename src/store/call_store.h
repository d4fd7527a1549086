#pragma once

#include <filesystem>
#include <memory>

#include "calls/ports.h"
#include "core/lane.h"
#include "store/call_log.h"

namespace call_agent::store {

/// The call log for coroutines: every operation runs on the lane `db`, in order, and is on disk when it returns. Work
/// that was accepted is finished even if whoever asked for it is cancelled.
///
/// Thread-safe. Must outlive every session that uses it. Errors of every operation, besides the contract's:
/// kOverloaded, kUnavailable (locked by another process for five seconds, disk full), kInternal (damaged).
class SqliteCallStore final : public calls::CallStore {
 public:
  /// Blocks while the file is opened, created or upgraded. Errors: CallLog::open's.
  static Result<std::unique_ptr<SqliteCallStore>> open(const std::filesystem::path& path);

  awaitable<Result<Inserted>> insert(calls::Call call) override;
  awaitable<Result<void>> advance(std::string call_id, calls::State to) override;
  awaitable<Result<void>> end(std::string call_id, calls::Outcome outcome, std::string detail,
                              std::optional<int> sip_status) override;
  awaitable<Result<void>> append_turn(std::string call_id, calls::Turn turn) override;
  awaitable<Result<void>> append_note(std::string call_id, Json note) override;
  awaitable<Result<void>> ask(std::string call_id, calls::Question question) override;
  awaitable<Result<void>> close_question(std::string call_id, std::string question_id, std::string how) override;
  awaitable<Result<std::int64_t>> send(calls::Command command) override;
  awaitable<Result<std::vector<calls::Command>>> take_commands(std::vector<std::string> call_ids) override;
  awaitable<Result<void>> settle_command(std::int64_t seq, calls::CommandResult result) override;
  awaitable<Result<calls::CommandStatus>> command_status(std::int64_t seq) override;
  awaitable<Result<void>> set_report(std::string call_id, Report report) override;
  awaitable<Result<calls::Call>> get(std::string call_id) override;
  awaitable<Result<std::vector<calls::Call>>> list(Query query) override;
  awaitable<Result<std::vector<calls::Event>>> events(std::string call_id, std::int64_t after) override;

 private:
  explicit SqliteCallStore(CallLog log) : log_(std::move(log)), lane_(1, kMostPending) {}

  static constexpr std::size_t kMostPending = 1024;
  CallLog log_;  ///< Only the lane's thread touches it.
  Lane lane_;
};

}  // namespace call_agent::store
