#include <fmt/format.h>

#include "calls/command.h"
#include "core/clock.h"
#include "store/call_log.h"

// What reaches a call under way: its principal's commands, and the questions of its agent.
namespace call_agent::store {
namespace {

using calls::Command;
using calls::CommandResult;

constexpr std::size_t kJsonDepth = 1024;

}  // namespace

Result<void> CallLog::ask(const std::string& call_id, const calls::Question& question) {
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return pass(transaction);
  auto query = database_->query("UPDATE calls SET question = ? WHERE call_id = ? AND state < 7");
  if (!query) return pass(query);
  const Json data = calls::to_json(question);
  query->bind(dump_json(data)).bind(call_id);
  const auto changed = query->run();
  if (!changed) return pass(changed);
  if (*changed == 0) return why_not(call_id);
  if (auto event = append_event(call_id, unix_ms(), "question", data); !event) return event;
  return transaction->commit();
}

Result<void> CallLog::close_question(const std::string& call_id, const std::string& question_id,
                                     const std::string& how) {
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return pass(transaction);
  auto query =
      database_->query("UPDATE calls SET question = NULL WHERE call_id = ? AND json_extract(question, '$.id') = ?");
  if (!query) return pass(query);
  query->bind(call_id).bind(question_id);
  const auto changed = query->run();
  if (!changed) return pass(changed);
  if (*changed == 0) return {};
  const Json data{{"id", question_id}, {"how", how}};
  if (auto event = append_event(call_id, unix_ms(), "question_closed", data); !event) return event;
  return transaction->commit();
}

Result<std::int64_t> CallLog::send(const Command& command) {
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return pass(transaction);
  auto call = find("call_id", command.call_id);
  if (!call) return pass(call);
  if (!*call) return no_such_call(command.call_id);
  if ((*call)->state == calls::State::kEnded) return fail(Errc::kConflict, "the call has ended");
  {
    auto waiting = database_->query("SELECT count(*) FROM commands WHERE call_id = ? AND taken_ms IS NULL");
    if (!waiting) return pass(waiting);
    waiting->bind(command.call_id);
    if (const auto row = waiting->step(); !row) return pass(row);
    if (waiting->integer(0) >= calls::kMostCommands) {
      return fail(Errc::kOverloaded, "the call's agent does not take its commands: too many are waiting");
    }
  }
  const auto now = unix_ms();
  auto query =
      database_->query("INSERT INTO commands (call_id, kind, text, question_id, sent_ms) VALUES (?, ?, ?, ?, ?)");
  if (!query) return pass(query);
  query->bind(command.call_id).bind(calls::to_string(command.kind)).bind(command.text).bind(command.question_id);
  query->bind(now);
  if (const auto inserted = query->run(); !inserted) return pass(inserted);
  const auto seq = database_->number("SELECT last_insert_rowid()");
  if (!seq) return pass(seq);
  Json data{{"seq", *seq}, {"kind", calls::to_string(command.kind)}, {"text", command.text}};
  if (!command.question_id.empty()) data["question_id"] = command.question_id;
  if (auto event = append_event(command.call_id, now, "command", data); !event) return pass(event);
  if (auto done = transaction->commit(); !done) return pass(done);
  return *seq;
}

Result<std::vector<Command>> CallLog::take_commands(const std::vector<std::string>& call_ids) {
  const std::string ids = dump_json(Json(call_ids));
  constexpr std::string_view kWaiting = "taken_ms IS NULL AND call_id IN (SELECT value FROM json_each(?))";
  {
    // Nearly always there is nothing, and finding that out must not make writers wait.
    auto any = database_->query(fmt::format("SELECT 1 FROM commands WHERE {} LIMIT 1", kWaiting));
    if (!any) return pass(any);
    any->bind(ids);
    const auto row = any->step();
    if (!row) return pass(row);
    if (!*row) return std::vector<Command>{};
  }
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return pass(transaction);
  std::vector<Command> taken;
  {
    auto query = database_->query(
        fmt::format("SELECT seq, call_id, kind, text, question_id FROM commands WHERE {} ORDER BY seq", kWaiting));
    if (!query) return pass(query);
    query->bind(ids);
    while (true) {
      const auto row = query->step();
      if (!row) return pass(row);
      if (!*row) break;
      const auto kind = calls::command_kind_from(query->text(2));
      if (!kind) return fail(Errc::kInternal, "a command in the call log is damaged");
      taken.push_back({.seq = query->integer(0),
                       .call_id = query->text(1),
                       .kind = *kind,
                       .text = query->text(3),
                       .question_id = query->text(4)});
    }
  }
  auto mark = database_->query(fmt::format("UPDATE commands SET taken_ms = ? WHERE {}", kWaiting));
  if (!mark) return pass(mark);
  mark->bind(unix_ms()).bind(ids);
  if (const auto marked = mark->run(); !marked) return pass(marked);
  if (auto done = transaction->commit(); !done) return pass(done);
  return taken;
}

Result<void> CallLog::settle_command(std::int64_t seq, const CommandResult& result) {
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return pass(transaction);
  const Json json = calls::to_json(result);
  auto query = database_->query("UPDATE commands SET result = ? WHERE seq = ? AND result IS NULL RETURNING call_id");
  if (!query) return pass(query);
  query->bind(dump_json(json)).bind(seq);
  const auto row = query->step();
  if (!row) return pass(row);
  if (!*row) return fail(Errc::kConflict, fmt::format("command {} is unknown or has its result already", seq));
  const std::string call_id = query->text(0);
  while (true) {
    const auto more = query->step();
    if (!more) return pass(more);
    if (!*more) break;
  }
  Json data = json;
  data["seq"] = seq;
  if (auto event = append_event(call_id, unix_ms(), "command_result", data); !event) return event;
  return transaction->commit();
}

Result<calls::CommandStatus> CallLog::command_status(std::int64_t seq) {
  auto query = database_->query("SELECT taken_ms, result FROM commands WHERE seq = ?");
  if (!query) return pass(query);
  query->bind(seq);
  const auto row = query->step();
  if (!row) return pass(row);
  if (!*row) return fail(Errc::kNotFound, fmt::format("there is no command {} in the log", seq));
  calls::CommandStatus status{.taken = !query->is_null(0), .result = std::nullopt};
  if (query->is_null(1)) return status;
  auto result = and_then(parse_json(query->text(1), kJsonDepth), calls::command_result_from);
  if (!result) return fail(Errc::kInternal, "a command's result in the call log is damaged");
  status.result = std::move(*result);
  return status;
}

// Of a call that ends: nobody is left to take them.
Result<void> CallLog::refuse_commands(const std::string& call_id, std::int64_t at_ms) {
  auto query = database_->query("UPDATE commands SET taken_ms = ?, result = ? WHERE call_id = ? AND taken_ms IS NULL");
  if (!query) return pass(query);
  const CommandResult refused{.fate = CommandResult::Fate::kFailed, .detail = "the call ended first"};
  query->bind(at_ms).bind(dump_json(calls::to_json(refused))).bind(call_id);
  if (const auto marked = query->run(); !marked) return pass(marked);
  return {};
}

}  // namespace call_agent::store
