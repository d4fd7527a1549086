#include "store/call_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "calls/lifecycle.h"
#include "core/clock.h"
#include "core/paths.h"
#include "store/call_row.h"
#include "store/schema.h"

namespace call_agent::store {
using calls::CallStore;
using calls::Event;
using calls::Outcome;
using calls::State;
using calls::Turn;

namespace {

constexpr int kMostListed = 10'000;
constexpr int kMostEvents = 1'000;

}  // namespace

std::unexpected<Error> no_such_call(const std::string& call_id) {
  // An id may be somebody's typing: only what could be one of ours is repeated.
  const bool ours = call_id.size() <= 64 && std::ranges::all_of(call_id, [](char c) { return c > ' ' && c < 0x7f; });
  return fail(Errc::kNotFound, fmt::format("there is no call {} in the log", ours ? call_id : "of that id"));
}

std::filesystem::path default_path() {
  return data_home() / "calls.db";
}

Result<CallLog> CallLog::open(const std::filesystem::path& path) {
  auto database = Database::open(path);
  if (!database) return pass(database);
  if (auto ready = migrate(**database); !ready) return pass(ready);
  return CallLog(std::move(*database));
}

Result<CallStore::Inserted> CallLog::insert(Call call) {
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return pass(transaction);
  if (!call.idempotency_key.empty()) {
    auto known = find("idempotency_key", key_column(call.owner, call.idempotency_key));
    if (!known) return pass(known);
    if (*known && (*known)->owner != call.owner) return fail(Errc::kConflict, "choose another idempotency_key");
    if (*known && (*known)->phone_number != call.phone_number) {
      return fail(Errc::kConflict, "this idempotency_key was used for another phone number: choose a new one");
    }
    if (*known) return CallStore::Inserted{.call = std::move(**known), .existing = true};
  }
  if (auto known = find("call_id", call.call_id); !known || *known) {
    return known ? fail(Errc::kConflict, fmt::format("call {} is in the log already", call.call_id)) : pass(known);
  }

  const auto now = unix_ms();
  call.state = State::kQueued;
  if (call.created_ms == 0) call.created_ms = now;
  call.entered_ms = {now};
  auto query = database_->query(
      "INSERT INTO calls (call_id, owner, idempotency_key, phone_number, objective, request, room, state, created_ms, "
      "queued_ms) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)");
  if (!query) return pass(query);
  query->bind(call.call_id).bind(call.owner).bind_or_null(key_column(call.owner, call.idempotency_key));
  query->bind(call.phone_number).bind(call.objective);
  query->bind(dump_json(call.request)).bind(call.room).bind(call.created_ms).bind(now);
  if (auto inserted = query->run(); !inserted) return pass(inserted);
  const Json data{{"state", calls::to_string(State::kQueued)}};
  if (auto event = append_event(call.call_id, now, "state", data); !event) return pass(event);
  if (auto done = transaction->commit(); !done) return pass(done);
  return CallStore::Inserted{.call = std::move(call), .existing = false};
}

Result<void> CallLog::advance(const std::string& call_id, State to) {
  if (to == State::kEnded) return fail(Errc::kInvalidArgument, "a call ends with an outcome: use end()");
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return pass(transaction);
  const auto now = unix_ms();
  auto query = database_->query(
      fmt::format("UPDATE calls SET state = ?, {} = ? WHERE call_id = ? AND state < ?", entered_column(to)));
  if (!query) return pass(query);
  const auto target = static_cast<std::int64_t>(to);
  query->bind(target).bind(now).bind(call_id).bind(target);
  const auto changed = query->run();
  if (!changed) return pass(changed);
  if (*changed == 0) return why_not(call_id);
  const Json data{{"state", calls::to_string(to)}};
  if (auto event = append_event(call_id, now, "state", data); !event) return event;
  return transaction->commit();
}

Result<void> CallLog::end(const std::string& call_id, Outcome outcome, const std::string& detail,
                          std::optional<int> sip_status) {
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return pass(transaction);
  const auto now = unix_ms();
  auto query = database_->query(
      "UPDATE calls SET state = 7, outcome = ?, outcome_detail = ?, sip_status = ?, ended_ms = ?, question = NULL "
      "WHERE call_id = ? AND state < 7");
  if (!query) return pass(query);
  query->bind(calls::to_string(outcome)).bind(detail).bind(sip_status).bind(now).bind(call_id);
  const auto changed = query->run();
  if (!changed) return pass(changed);
  if (*changed == 0) return why_not(call_id);
  if (auto refused = refuse_commands(call_id, now); !refused) return refused;
  Json data{{"state", calls::to_string(State::kEnded)}, {"outcome", calls::to_string(outcome)}, {"detail", detail}};
  if (sip_status) data["sip_status"] = *sip_status;
  if (auto event = append_event(call_id, now, "state", data); !event) return event;
  return transaction->commit();
}

Result<void> CallLog::append_turn(const std::string& call_id, const Turn& turn) {
  return append(call_id, "turn", calls::to_json(turn));
}

Result<void> CallLog::append_note(const std::string& call_id, const Json& note) {
  return append(call_id, "note", note);
}

Result<void> CallLog::append(const std::string& call_id, std::string_view kind, const Json& data) {
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return pass(transaction);
  if (auto event = append_event(call_id, unix_ms(), kind, data); !event) return event;
  return transaction->commit();
}

Result<void> CallLog::set_report(const std::string& call_id, const CallStore::Report& report) {
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return pass(transaction);
  const auto answers = answers_column(report.answers);
  const auto commitments = commitments_column(report.commitments);
  auto query = database_->query(
      "UPDATE calls SET summary = ?, answers = ?, commitments = ?, metrics = ?, recording = ?, usage = ? "
      "WHERE call_id = ?");
  if (!query) return pass(query);
  query->bind(report.summary).bind(answers).bind(commitments).bind(dump_json(report.metrics));
  query->bind(report.recording).bind(dump_json(report.usage)).bind(call_id);
  const auto changed = query->run();
  if (!changed) return pass(changed);
  if (*changed == 0) return no_such_call(call_id);
  Json data{{"summary", report.summary}, {"commitments", report.commitments}, {"recording", report.recording}};
  data["answers"] = Json::array();
  for (const auto& answer : report.answers) data["answers"].push_back(calls::to_json(answer));
  if (auto event = append_event(call_id, unix_ms(), "report", data); !event) return event;
  return transaction->commit();
}

Result<calls::Call> CallLog::get(const std::string& call_id) {
  // One snapshot: a record whose transcript is of another moment would say that a call ended before its last words.
  auto begun = database_->execute("BEGIN");
  if (!begun) return pass(begun);
  auto call = find("call_id", call_id);
  Result<void> read;
  if (call && *call) {
    auto query = database_->query("SELECT data FROM events WHERE call_id = ? AND kind = 'turn' ORDER BY seq");
    if (query) query->bind(call_id);
    if (!query) read = pass(query);
    while (read) {
      const auto row = query->step();
      if (!row) read = pass(row);
      if (!row || !*row) break;
      auto turn = and_then(parse_json(query->text(0), 1024), calls::turn_from);
      if (!turn) read = fail(Errc::kInternal, fmt::format("a turn of call {} is damaged", call_id));
      if (turn) (*call)->transcript.push_back(std::move(*turn));
    }
  }
  const auto done = database_->execute("COMMIT");
  if (!call) return pass(call);
  if (!*call) return no_such_call(call_id);
  if (!read) return pass(read);
  if (!done) return pass(done);
  return std::move(**call);
}

Result<std::vector<calls::Call>> CallLog::list(const CallStore::Query& wanted) {
  std::string sql = fmt::format("SELECT {} FROM calls WHERE TRUE", call_columns());
  if (wanted.state) sql += " AND state = ?";
  if (wanted.outcome) sql += " AND outcome = ?";
  if (!wanted.phone_number.empty()) sql += " AND phone_number = ?";
  if (wanted.owner) sql += " AND owner = ?";
  sql += " ORDER BY id DESC LIMIT ?";
  auto query = database_->query(sql);
  if (!query) return pass(query);
  if (wanted.state) query->bind(static_cast<std::int64_t>(*wanted.state));
  if (wanted.outcome) query->bind(calls::to_string(*wanted.outcome));
  if (!wanted.phone_number.empty()) query->bind(wanted.phone_number);
  if (wanted.owner) query->bind(*wanted.owner);
  query->bind(static_cast<std::int64_t>(std::clamp(wanted.limit, 1, kMostListed)));
  std::vector<Call> found;
  while (true) {
    const auto row = query->step();
    if (!row) return pass(row);
    if (!*row) return found;
    auto call = read_call(*query);
    if (!call) return pass(call);
    found.push_back(std::move(*call));
  }
}

Result<std::vector<Event>> CallLog::events(const std::string& call_id, std::int64_t after) {
  auto query =
      database_->query("SELECT seq, at_ms, kind, data FROM events WHERE call_id = ? AND seq > ? ORDER BY seq LIMIT ?");
  if (!query) return pass(query);
  query->bind(call_id).bind(after).bind(static_cast<std::int64_t>(kMostEvents));
  std::vector<Event> found;
  while (true) {
    const auto row = query->step();
    if (!row) return pass(row);
    if (!*row) break;
    auto data = parse_json(query->text(3), 1024);
    if (!data) return fail(Errc::kInternal, fmt::format("an event of call {} is damaged", call_id));
    found.push_back({.seq = query->integer(0),
                     .call_id = call_id,
                     .at_ms = query->integer(1),
                     .kind = query->text(2),
                     .data = std::move(*data)});
  }
  if (!found.empty()) return found;
  auto call = find("call_id", call_id);
  if (!call) return pass(call);
  if (!*call) return no_such_call(call_id);
  return found;
}

Result<std::optional<calls::Call>> CallLog::find(std::string_view where, std::string_view value) {
  auto query = database_->query(fmt::format("SELECT {} FROM calls WHERE {} = ?", call_columns(), where));
  if (!query) return pass(query);
  query->bind(value);
  const auto row = query->step();
  if (!row) return pass(row);
  if (!*row) return std::optional<Call>();
  auto call = read_call(*query);
  if (!call) return pass(call);
  return std::optional<Call>(std::move(*call));
}

Result<void> CallLog::append_event(const std::string& call_id, std::int64_t at_ms, std::string_view kind,
                                   const Json& data) {
  auto query = database_->query(
      "INSERT INTO events (call_id, at_ms, kind, data) SELECT call_id, ?, ?, ? FROM calls WHERE call_id = ?");
  if (!query) return pass(query);
  query->bind(at_ms).bind(kind).bind(dump_json(data)).bind(call_id);
  const auto inserted = query->run();
  if (!inserted) return pass(inserted);
  if (*inserted == 0) return no_such_call(call_id);
  return {};
}

// A move that changed nothing: the call is unknown, or already there or further.
Result<void> CallLog::why_not(const std::string& call_id) {
  auto call = find("call_id", call_id);
  if (!call) return pass(call);
  if (!*call) return no_such_call(call_id);
  return fail(Errc::kConflict, fmt::format("call {} is {} already", call_id, calls::to_string((*call)->state)));
}

}  // namespace call_agent::store
