#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace call_agent::store {

/// One running statement: bind in order, step through its rows, read columns in order. Resets itself when it goes.
/// Text is bytes: NULs and invalid UTF-8 come back as they went in.
class Query {
 public:
  Query(Query&& other) noexcept : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)) {}
  Query& operator=(Query&&) = delete;
  ~Query();

  Query& bind(std::int64_t value) &;
  Query& bind(std::string_view text) &;
  Query& bind(std::optional<int> value) &;
  /// SQL NULL for an empty text.
  Query& bind_or_null(std::string_view text) &;

  /// True if there is a row. Errors: of the database; also of an earlier bind().
  Result<bool> step();
  /// Runs a statement that returns no rows; the number of rows it changed.
  Result<int> run();

  std::int64_t integer(int column) const;
  std::string text(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  Query(class Database& database, sqlite3_stmt* statement) : database_(&database), statement_(statement) {}
  class Database* database_;
  sqlite3_stmt* statement_;
  int next_ = 1;
  int status_ = 0;
};

/// A SQLite file and its prepared statements. Not thread-safe; several processes may have the same file open.
class Database {
 public:
  /// Creates the file (0600) and its folder (0700) if need be. Waits up to five seconds for other processes.
  /// Errors: kPermission, kUnavailable (locked, disk), kInternal (damaged, or not a database), with the path and a
  /// mend.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Prepared at its first use and kept. One query per text at a time.
  Result<Query> query(std::string_view sql);
  /// Runs statements without parameters.
  Result<void> execute(const std::string& sql);
  Result<std::int64_t> number(std::string_view sql);

  const std::filesystem::path& path() const { return path_; }
  /// What SQLite's `code` means to a caller.
  std::unexpected<Error> failure(int code) const;

 private:
  explicit Database(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
  sqlite3* handle_ = nullptr;
  std::map<std::string, sqlite3_stmt*, std::less<>> statements_;
};

/// Everything until commit(), or nothing. Writers of other processes wait meanwhile.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  /// On disk when this returns.
  Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace call_agent::store
