#include "store/call_store.h"

#include <utility>

namespace call_agent::store {
using calls::Call;
using calls::Outcome;
using calls::State;
using calls::Turn;

Result<std::unique_ptr<SqliteCallStore>> SqliteCallStore::open(const std::filesystem::path& path) {
  auto log = CallLog::open(path);
  if (!log) return pass(log);
  return std::unique_ptr<SqliteCallStore>(new SqliteCallStore(std::move(*log)));
}

awaitable<Result<calls::CallStore::Inserted>> SqliteCallStore::insert(Call call) {
  auto work = [this, call = std::move(call)]() mutable { return log_.insert(std::move(call)); };
  co_return co_await lane_.run(std::move(work));
}

awaitable<Result<void>> SqliteCallStore::advance(std::string call_id, State to) {
  auto work = [this, call_id = std::move(call_id), to] { return log_.advance(call_id, to); };
  co_return co_await lane_.run(std::move(work));
}

awaitable<Result<void>> SqliteCallStore::end(std::string call_id, Outcome outcome, std::string detail,
                                             std::optional<int> sip_status) {
  auto work = [this, call_id = std::move(call_id), outcome, detail = std::move(detail), sip_status] {
    return log_.end(call_id, outcome, detail, sip_status);
  };
  co_return co_await lane_.run(std::move(work));
}

awaitable<Result<void>> SqliteCallStore::append_turn(std::string call_id, Turn turn) {
  auto work = [this, call_id = std::move(call_id), turn = std::move(turn)] { return log_.append_turn(call_id, turn); };
  co_return co_await lane_.run(std::move(work));
}

awaitable<Result<void>> SqliteCallStore::append_note(std::string call_id, Json note) {
  auto work = [this, call_id = std::move(call_id), note = std::move(note)] { return log_.append_note(call_id, note); };
  co_return co_await lane_.run(std::move(work));
}

awaitable<Result<void>> SqliteCallStore::ask(std::string call_id, calls::Question question) {
  auto work = [this, call_id = std::move(call_id), question = std::move(question)] {
    return log_.ask(call_id, question);
  };
  co_return co_await lane_.run(std::move(work));
}

awaitable<Result<void>> SqliteCallStore::close_question(std::string call_id, std::string question_id, std::string how) {
  auto work = [this, call_id = std::move(call_id), question_id = std::move(question_id), how = std::move(how)] {
    return log_.close_question(call_id, question_id, how);
  };
  co_return co_await lane_.run(std::move(work));
}

awaitable<Result<std::int64_t>> SqliteCallStore::send(calls::Command command) {
  auto work = [this, command = std::move(command)] { return log_.send(command); };
  co_return co_await lane_.run(std::move(work));
}

awaitable<Result<std::vector<calls::Command>>> SqliteCallStore::take_commands(std::vector<std::string> call_ids) {
  auto work = [this, call_ids = std::move(call_ids)] { return log_.take_commands(call_ids); };
  co_return co_await lane_.run(std::move(work));
}

awaitable<Result<void>> SqliteCallStore::settle_command(std::int64_t seq, calls::CommandResult result) {
  auto work = [this, seq, result = std::move(result)] { return log_.settle_command(seq, result); };
  co_return co_await lane_.run(std::move(work));
}

awaitable<Result<calls::CommandStatus>> SqliteCallStore::command_status(std::int64_t seq) {
  auto work = [this, seq] { return log_.command_status(seq); };
  co_return co_await lane_.run(std::move(work));
}

awaitable<Result<void>> SqliteCallStore::set_report(std::string call_id, Report report) {
  auto work = [this, call_id = std::move(call_id), report = std::move(report)] {
    return log_.set_report(call_id, report);
  };
  co_return co_await lane_.run(std::move(work));
}

awaitable<Result<Call>> SqliteCallStore::get(std::string call_id) {
  auto work = [this, call_id = std::move(call_id)] { return log_.get(call_id); };
  co_return co_await lane_.run(std::move(work));
}

awaitable<Result<std::vector<Call>>> SqliteCallStore::list(Query query) {
  auto work = [this, query = std::move(query)] { return log_.list(query); };
  co_return co_await lane_.run(std::move(work));
}

awaitable<Result<std::vector<calls::Event>>> SqliteCallStore::events(std::string call_id, std::int64_t after) {
  auto work = [this, call_id = std::move(call_id), after] { return log_.events(call_id, after); };
  co_return co_await lane_.run(std::move(work));
}

}  // namespace call_agent::store
