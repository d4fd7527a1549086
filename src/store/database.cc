#include "store/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>

namespace call_agent::store {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::milliseconds kBusyTimeout{5'000};

// SQLite would create the file readable by all: calls are nobody else's business.
Result<void> prepare_file(const fs::path& path) {
  std::error_code error;
  const auto folder = path.parent_path();
  if (!folder.empty() && !fs::exists(folder, error)) {
    fs::create_directories(folder, error);
    if (!error) fs::permissions(folder, fs::perms::owner_all, error);
    if (error) return fail(Errc::kPermission, fmt::format("cannot create {}: {}", folder.string(), error.message()));
  }
  const int file = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (file < 0) {
    const auto reason = std::generic_category().message(errno);
    return fail(Errc::kPermission, fmt::format("cannot open the call log {}: {}", path.string(), reason));
  }
  ::close(file);
  return {};
}

}  // namespace

Query::~Query() {
  if (!statement_) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::bind(std::int64_t value) & {
  if (status_ == SQLITE_OK) status_ = sqlite3_bind_int64(statement_, next_++, value);
  return *this;
}

Query& Query::bind(std::string_view text) & {
  // A null pointer would bind NULL. SQLite copies: the caller's text may go before the statement runs.
  const char* data = text.data() ? text.data() : "";
  if (status_ == SQLITE_OK) {
    status_ = sqlite3_bind_text64(statement_, next_++, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  return *this;
}

Query& Query::bind(std::optional<int> value) & {
  if (value) return bind(static_cast<std::int64_t>(*value));
  if (status_ == SQLITE_OK) status_ = sqlite3_bind_null(statement_, next_++);
  return *this;
}

Query& Query::bind_or_null(std::string_view text) & {
  return text.empty() ? bind(std::optional<int>()) : bind(text);
}

Result<bool> Query::step() {
  if (status_ != SQLITE_OK) return database_->failure(status_);
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_->failure(code);
}

Result<int> Query::run() {
  if (const auto stepped = step(); !stepped) return pass(stepped);
  return sqlite3_changes(sqlite3_db_handle(statement_));
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Query::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (!data) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Result<std::unique_ptr<Database>> Database::open(const fs::path& path) {
  if (auto prepared = prepare_file(path); !prepared) return pass(prepared);
  std::unique_ptr<Database> database(new Database(path));
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
  const int code = sqlite3_open_v2(path.c_str(), &database->handle_, flags, nullptr);
  if (code != SQLITE_OK) return database->failure(code);
  sqlite3_extended_result_codes(database->handle_, 0);
  sqlite3_busy_timeout(database->handle_, static_cast<int>(kBusyTimeout.count()));

  // Readers and one writer at a time, of any process. Switching to it is the one step that does not wait for others.
  const auto give_up = std::chrono::steady_clock::now() + kBusyTimeout;
  auto ready = database->execute("PRAGMA journal_mode=WAL");
  while (!ready && ready.error().code == Errc::kUnavailable && std::chrono::steady_clock::now() < give_up) {
    sqlite3_sleep(10);
    ready = database->execute("PRAGMA journal_mode=WAL");
  }
  // FULL: a commit is on the disk when it returns, so that no intent is forgotten and dialed again.
  if (ready) ready = database->execute("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON");
  if (!ready) return pass(ready);
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Result<Query> Database::query(std::string_view sql) {
  auto it = statements_.find(sql);
  if (it == statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                        &statement, nullptr);
    if (code != SQLITE_OK) return failure(code);
    it = statements_.emplace(std::string(sql), statement).first;
  }
  return Query(*this, it->second);
}

Result<void> Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return {};
}

Result<std::int64_t> Database::number(std::string_view sql) {
  auto asked = query(sql);
  if (!asked) return pass(asked);
  const auto row = asked->step();
  if (!row) return pass(row);
  return *row ? asked->integer(0) : 0;
}

std::unexpected<Error> Database::failure(int code) const {
  const auto say = [&](Errc errc, std::string_view what) {
    return fail(errc, fmt::format("the call log {} {} ({})", path_.string(), what, sqlite3_errstr(code)));
  };
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return say(Errc::kUnavailable, "is locked by another process: end it or try again");
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return say(Errc::kInternal, "is damaged or not a call log: move it away, and a new one is made");
    case SQLITE_FULL:
      return say(Errc::kUnavailable, "cannot grow: free some disk space");
    case SQLITE_IOERR:
      return say(Errc::kUnavailable, "cannot be read or written");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return say(Errc::kPermission, "cannot be opened for writing: check its owner and mode");
    case SQLITE_CONSTRAINT:
      return say(Errc::kConflict, "does not allow this");
    case SQLITE_TOOBIG:
      return say(Errc::kInvalidArgument, "cannot hold a text this long");
    default:
      return say(Errc::kInternal, "failed");
  }
}

Result<Transaction> Transaction::begin(Database& database) {
  auto begun = database.query("BEGIN IMMEDIATE");
  if (!begun) return pass(begun);
  if (auto run = begun->run(); !run) return pass(run);
  return Transaction(database);
}

Transaction::~Transaction() {
  if (!database_) return;
  // If this fails, SQLite has already rolled back by itself.
  [[maybe_unused]] const auto rolled_back = database_->execute("ROLLBACK");
}

Result<void> Transaction::commit() {
  auto commit = database_->query("COMMIT");
  if (!commit) return pass(commit);
  if (auto run = commit->run(); !run) return pass(run);
  database_ = nullptr;
  return {};
}

}  // namespace call_agent::store
