#include "store/schema.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace call_agent::store {
namespace {

constexpr std::int64_t kApplicationId = 0x43414c4c;  // "CALL", in the file's header.

// One entry a version, in order. What has been released is never changed, only followed.
constexpr std::array<std::string_view, 2> kSteps{R"sql(
CREATE TABLE calls (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  call_id TEXT NOT NULL UNIQUE,
  idempotency_key TEXT UNIQUE,
  phone_number TEXT NOT NULL,
  objective TEXT NOT NULL,
  request TEXT NOT NULL,
  room TEXT NOT NULL,
  state INTEGER NOT NULL,
  outcome TEXT,
  outcome_detail TEXT NOT NULL DEFAULT '',
  sip_status INTEGER,
  created_ms INTEGER NOT NULL,
  queued_ms INTEGER NOT NULL DEFAULT 0,
  dispatching_ms INTEGER NOT NULL DEFAULT 0,
  ready_ms INTEGER NOT NULL DEFAULT 0,
  dialing_ms INTEGER NOT NULL DEFAULT 0,
  ringing_ms INTEGER NOT NULL DEFAULT 0,
  active_ms INTEGER NOT NULL DEFAULT 0,
  ending_ms INTEGER NOT NULL DEFAULT 0,
  ended_ms INTEGER NOT NULL DEFAULT 0,
  summary TEXT NOT NULL DEFAULT '',
  answers TEXT NOT NULL DEFAULT '[]',
  commitments TEXT NOT NULL DEFAULT '[]',
  metrics TEXT NOT NULL DEFAULT '{}',
  recording TEXT NOT NULL DEFAULT '',
  usage TEXT NOT NULL DEFAULT '{}',
  CHECK ((state = 7) = (outcome IS NOT NULL))
);
CREATE INDEX calls_by_state ON calls (state, id);
CREATE INDEX calls_by_outcome ON calls (outcome, id);
CREATE INDEX calls_by_number ON calls (phone_number, id);
CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  call_id TEXT NOT NULL REFERENCES calls (call_id),
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX events_of_call ON events (call_id, seq);
CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
  BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
  BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
)sql",
                                                 R"sql(
ALTER TABLE calls ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE calls ADD COLUMN question TEXT;
CREATE INDEX calls_by_owner ON calls (owner, id);
CREATE TABLE commands (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  call_id TEXT NOT NULL REFERENCES calls (call_id),
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  question_id TEXT NOT NULL,
  sent_ms INTEGER NOT NULL,
  taken_ms INTEGER,
  result TEXT
);
CREATE INDEX commands_waiting ON commands (call_id, seq) WHERE taken_ms IS NULL;
CREATE TRIGGER commands_are_never_changed BEFORE UPDATE OF call_id, kind, text, question_id, sent_ms ON commands
  BEGIN SELECT RAISE(ABORT, 'commands are append-only'); END;
CREATE TRIGGER commands_are_taken_once BEFORE UPDATE OF taken_ms ON commands WHEN OLD.taken_ms IS NOT NULL
  BEGIN SELECT RAISE(ABORT, 'a command is taken once'); END;
CREATE TRIGGER commands_are_never_deleted BEFORE DELETE ON commands
  BEGIN SELECT RAISE(ABORT, 'commands are append-only'); END;
)sql"};

Result<void> check_owner(Database& database) {
  const auto owner = database.number("PRAGMA application_id");
  if (!owner) return pass(owner);
  const auto tables = database.number("SELECT count(*) FROM sqlite_schema");
  if (!tables) return pass(tables);
  if (*owner == kApplicationId || (*owner == 0 && *tables == 0)) return {};
  return fail(Errc::kConflict,
              fmt::format("{} is a database of another program: set CALL_AGENT_HOME to a folder of our own",
                          database.path().string()));
}

}  // namespace

Result<void> migrate(Database& database) {
  auto transaction = Transaction::begin(database);
  if (!transaction) return pass(transaction);
  if (auto owner = check_owner(database); !owner) return owner;
  const auto version = database.number("PRAGMA user_version");
  if (!version) return pass(version);
  const auto newest = static_cast<std::int64_t>(kSteps.size());
  if (*version == newest) return {};
  if (*version > newest || *version < 0) {
    return fail(Errc::kConflict,
                fmt::format("the call log {} has schema {}, this call-agent knows {}: use the newer call-agent",
                            database.path().string(), *version, newest));
  }
  for (auto step = *version; step < newest; ++step) {
    if (auto done = database.execute(std::string(kSteps[static_cast<std::size_t>(step)])); !done) return done;
  }
  const auto marks = fmt::format("PRAGMA user_version={}; PRAGMA application_id={}", newest, kApplicationId);
  if (auto done = database.execute(marks); !done) return done;
  return transaction->commit();
}

}  // namespace call_agent::store
