#include "phone/event_log.h"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <system_error>

#include "core/log.h"

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
  EventLog events;
  events.file_.reset(std::fopen(path.c_str(), "ae"));
  if (!events.file_) {
    return fail(Errc::kInvalidArgument,
                fmt::format("cannot write {}: {}", path.string(), std::generic_category().message(errno)));
  }
  events.path_ = path;
  return events;
}

void EventLog::write(std::string_view event, int call, TimePoint at, TimePoint invited_at, Json fields) {
  if (!file_) return;
  fields["event"] = event;
  fields["call"] = call;
  fields["mono_ms"] = in_ms(at.time_since_epoch());
  fields["t_ms"] = in_ms(at - invited_at);
  const std::string line = dump_json(fields) + "\n";
  const bool written =
      std::fwrite(line.data(), 1, line.size(), file_.get()) == line.size() && std::fflush(file_.get()) == 0;
  if (written || !complete_) return;
  complete_ = false;
  log::error("events are missing from {}: {}", path_.string(), std::generic_category().message(errno));
}

}  // namespace call_agent::phone
