#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string_view>

#include "core/clock.h"
#include "core/json.h"
#include "core/result.h"

namespace call_agent::phone {

/// What happened on the phone's calls: one JSON object a line, each with
///   "event", "call" (the number of the call, from 1), "mono_ms" (steady clock, comparable between the processes of one
///   machine) and "t_ms" (since that call's INVITE).
/// A line is on disk before the next event; the first one that cannot be written is reported in the program's own log.
/// Used by the phone's thread only.
class EventLog {
 public:
  /// Appends to `path`. Errors: kInvalidArgument if it cannot be written.
  static Result<EventLog> create(const std::filesystem::path& path);
  /// Keeps nothing.
  EventLog() = default;

  /// `fields` is an object; "event", "call", "mono_ms" and "t_ms" in it are overwritten.
  void write(std::string_view event, int call, TimePoint at, TimePoint invited_at, Json fields);

 private:
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Closer> file_;
  std::filesystem::path path_;
  bool complete_ = true;
};

}  // namespace call_agent::phone
