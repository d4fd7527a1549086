#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "calls/ports.h"
#include "store/database.h"

namespace call_agent::store {

/// data_home()/calls.db: where server, worker and the command line meet.
std::filesystem::path default_path();

/// kNotFound, with the id only if it could be one of ours.
std::unexpected<Error> no_such_call(const std::string& call_id);

/// The call log in a SQLite file. Blocking, one thread; any number of processes may share the file. The contract of
/// each operation is calls::CallStore's; CallLog and SqliteCallStore differ only in who waits.
class CallLog {
 public:
  using Call = calls::Call;

  /// Creates or upgrades the file. Errors: Database::open's and migrate's.
  static Result<CallLog> open(const std::filesystem::path& path);

  Result<calls::CallStore::Inserted> insert(Call call);
  Result<void> advance(const std::string& call_id, calls::State to);
  Result<void> end(const std::string& call_id, calls::Outcome outcome, const std::string& detail,
                   std::optional<int> sip_status);
  Result<void> append_turn(const std::string& call_id, const calls::Turn& turn);
  Result<void> append_note(const std::string& call_id, const Json& note);
  Result<void> ask(const std::string& call_id, const calls::Question& question);
  Result<void> close_question(const std::string& call_id, const std::string& question_id, const std::string& how);
  Result<std::int64_t> send(const calls::Command& command);
  Result<std::vector<calls::Command>> take_commands(const std::vector<std::string>& call_ids);
  Result<void> settle_command(std::int64_t seq, const calls::CommandResult& result);
  Result<calls::CommandStatus> command_status(std::int64_t seq);
  Result<void> set_report(const std::string& call_id, const calls::CallStore::Report& report);
  Result<Call> get(const std::string& call_id);
  Result<std::vector<Call>> list(const calls::CallStore::Query& query);
  Result<std::vector<calls::Event>> events(const std::string& call_id, std::int64_t after);

 private:
  explicit CallLog(std::unique_ptr<Database> database) : database_(std::move(database)) {}
  Result<std::optional<Call>> find(std::string_view where, std::string_view value);
  Result<void> append_event(const std::string& call_id, std::int64_t at_ms, std::string_view kind, const Json& data);
  Result<void> append(const std::string& call_id, std::string_view kind, const Json& data);
  Result<void> why_not(const std::string& call_id);
  Result<void> refuse_commands(const std::string& call_id, std::int64_t at_ms);

  std::unique_ptr<Database> database_;
};

}  // namespace call_agent::store
