#include "phone/event_log.h"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <system_error>

namespace call_agent::phone {
namespace {

/// Milliseconds with three decimals.
double in_ms(Clock::duration time) {
  return std::round(std::chrono::duration<double, std::micro>(time).count()) / 1000;
}

}  // namespace

Result<EventLog> EventLog::create(const std::filesystem::path& path) {
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  EventLog log;
  log.file_.reset(std::fopen(path.c_str(), "ae"));
  if (!log.file_) {
    return fail(Errc::kInvalidArgument,
                fmt::format("cannot write {}: {}", path.string(), std::generic_category().message(errno)));
  }
  return log;
}

void EventLog::write(std::string_view event, int call, TimePoint at, TimePoint invited_at, Json fields) {
  if (!file_) return;
  fields["event"] = event;
  fields["call"] = call;
  fields["mono_ms"] = in_ms(at.time_since_epoch());
  fields["t_ms"] = in_ms(at - invited_at);
  const std::string line = dump_json(fields) + "\n";
  std::fwrite(line.data(), 1, line.size(), file_.get());
  std::fflush(file_.get());
}

}  // namespace call_agent::phone
