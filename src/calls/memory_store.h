#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "calls/lifecycle.h"
#include "calls/ports.h"

namespace call_agent::calls {

/// For tests: a CallStore that keeps the contract in memory, and fails where it is told to.
class MemoryStore final : public CallStore {
 public:
  std::map<std::string, Call> calls;
  std::vector<std::string> journal;                        ///< "insert", "advance ready", "end busy" …
  std::set<std::string> broken;                            ///< Journal entries that fail with kUnavailable instead.
  std::deque<std::pair<Command, CommandStatus>> commands;  ///< By seq, from 1.
  std::function<void(std::int64_t seq)> on_command;        ///< Plays the agent.
  std::map<std::string, std::function<void()>> before;     ///< Runs before the journal entry takes effect.

  awaitable<Result<Inserted>> insert(Call call) override {
    if (auto step = enter("insert"); !step) co_return pass(step);
    for (const auto& [id, known] : calls) {
      if (call.idempotency_key.empty() || known.idempotency_key != call.idempotency_key) continue;
      if (known.owner != call.owner) continue;
      if (known.phone_number != call.phone_number) co_return fail(Errc::kConflict, "the key is another call's");
      co_return Inserted{.call = known, .existing = true};
    }
    calls[call.call_id] = call;
    add(call.call_id, "state", {{"state", to_string(call.state)}});
    co_return Inserted{.call = std::move(call), .existing = false};
  }

  awaitable<Result<void>> advance(std::string call_id, State to) override {
    if (auto step = enter("advance " + std::string(to_string(to))); !step) co_return pass(step);
    const auto it = calls.find(call_id);
    if (it == calls.end()) co_return fail(Errc::kNotFound, "no such call");
    if (!may_advance(it->second.state, to)) co_return fail(Errc::kConflict, "not forward");
    it->second.state = to;
    add(call_id, "state", {{"state", to_string(to)}});
    co_return Result<void>{};
  }

  awaitable<Result<void>> end(std::string call_id, Outcome outcome, std::string detail,
                              std::optional<int> sip_status) override {
    if (auto step = enter("end " + std::string(to_string(outcome))); !step) co_return pass(step);
    const auto it = calls.find(call_id);
    if (it == calls.end()) co_return fail(Errc::kNotFound, "no such call");
    auto& call = it->second;
    if (!may_end(call.state)) co_return fail(Errc::kConflict, "has ended");
    call.state = State::kEnded;
    call.outcome = outcome;
    call.question.reset();
    call.outcome_detail = detail;
    call.sip_status = sip_status;
    add(call_id, "state", {{"state", "ended"}, {"outcome", to_string(outcome)}, {"detail", detail}});
    co_return Result<void>{};
  }

  awaitable<Result<void>> append_turn(std::string call_id, Turn turn) override {
    if (auto step = enter("turn"); !step) co_return pass(step);
    add(call_id, "turn", to_json(turn));
    calls[call_id].transcript.push_back(std::move(turn));
    co_return Result<void>{};
  }
  awaitable<Result<void>> append_note(std::string call_id, Json note) override {
    add(call_id, "note", std::move(note));
    co_return Result<void>{};
  }
  awaitable<Result<void>> ask(std::string call_id, Question question) override {
    add(call_id, "question", to_json(question));
    calls[call_id].question = std::move(question);
    co_return Result<void>{};
  }
  awaitable<Result<void>> close_question(std::string call_id, std::string question_id, std::string how) override {
    auto& open = calls[call_id].question;
    if (!open || open->id != question_id) co_return Result<void>{};
    open.reset();
    add(call_id, "question_closed", {{"id", question_id}, {"how", how}});
    co_return Result<void>{};
  }
  awaitable<Result<std::int64_t>> send(Command command) override {
    const auto it = calls.find(command.call_id);
    if (it == calls.end()) co_return fail(Errc::kNotFound, "no such call");
    if (it->second.state == State::kEnded) co_return fail(Errc::kConflict, "has ended");
    command.seq = static_cast<std::int64_t>(commands.size()) + 1;
    commands.emplace_back(std::move(command), CommandStatus{});
    if (on_command) on_command(commands.back().first.seq);
    co_return static_cast<std::int64_t>(commands.size());
  }
  awaitable<Result<std::vector<Command>>> take_commands(std::vector<std::string> call_ids) override {
    std::vector<Command> taken;
    for (auto& [command, status] : commands) {
      if (status.taken || std::ranges::find(call_ids, command.call_id) == call_ids.end()) continue;
      status.taken = true;
      taken.push_back(command);
    }
    co_return taken;
  }
  awaitable<Result<void>> settle_command(std::int64_t seq, CommandResult result) override {
    auto& status = commands.at(static_cast<std::size_t>(seq) - 1).second;
    status = {.taken = true, .result = std::move(result)};
    co_return Result<void>{};
  }
  awaitable<Result<CommandStatus>> command_status(std::int64_t seq) override {
    co_return commands.at(static_cast<std::size_t>(seq) - 1).second;
  }
  awaitable<Result<void>> set_report(std::string call_id, Report report) override {
    if (auto step = enter("report"); !step) co_return pass(step);
    add(call_id, "report", {{"summary", report.summary}});
    auto& call = calls[call_id];
    call.summary = std::move(report.summary);
    call.answers = std::move(report.answers);
    call.commitments = std::move(report.commitments);
    call.metrics = std::move(report.metrics);
    call.recording = std::move(report.recording);
    co_return Result<void>{};
  }
  awaitable<Result<Call>> get(std::string call_id) override {
    if (broken.contains("get")) co_return fail(Errc::kUnavailable, "the log is broken");
    const auto it = calls.find(call_id);
    if (it == calls.end()) co_return fail(Errc::kNotFound, "no such call");
    co_return it->second;
  }
  awaitable<Result<std::vector<Call>>> list(Query query) override {
    std::vector<Call> all;
    for (const auto& [id, call] : calls) {
      if (query.owner && *query.owner != call.owner) continue;
      if (!query.state || *query.state == call.state) all.push_back(call);
    }
    co_return all;
  }
  awaitable<Result<std::vector<Event>>> events(std::string call_id, std::int64_t after) override {
    if (!calls.contains(call_id)) co_return fail(Errc::kNotFound, "no such call");
    std::vector<Event> found;
    for (const auto& event : log_) {
      if (event.call_id == call_id && event.seq > after) found.push_back(event);
    }
    co_return found;
  }

 private:
  Result<void> enter(const std::string& what) {
    if (const auto it = before.find(what); it != before.end()) it->second();
    if (broken.contains(what)) return fail(Errc::kUnavailable, "the log is broken");
    journal.push_back(what);
    return {};
  }
  void add(const std::string& call_id, std::string kind, Json data) {
    const auto seq = static_cast<std::int64_t>(log_.size()) + 1;
    log_.push_back({.seq = seq, .call_id = call_id, .at_ms = seq, .kind = std::move(kind), .data = std::move(data)});
  }

  std::vector<Event> log_;
};

}  // namespace call_agent::calls
