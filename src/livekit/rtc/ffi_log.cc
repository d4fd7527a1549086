#include "livekit/rtc/ffi_log.h"

#include "core/log.h"
#include "ffi.pb.h"
#include "livekit/rtc/redact.h"

namespace call_agent::livekit::rtc {
namespace {

namespace proto = ::livekit::proto;

// A track's end and our letting go of it cross at every hang-up; the handle is gone either way.
constexpr std::string_view kHarmless = "Attempted to drop unknown FFI handle";

log::Level level_of(const proto::LogRecord& record) {
  if (record.message().starts_with(kHarmless)) return log::Level::kDebug;
  switch (record.level()) {
    case proto::LOG_ERROR:
    // What it calls an error is an ordinary failure, reported to whoever asked as well.
    case proto::LOG_WARN:
      return log::Level::kWarn;
    default:
      return log::Level::kDebug;
  }
}

}  // namespace

void log_records(const proto::LogBatch& batch) {
  for (const auto& record : batch.records()) {
    const log::Level level = level_of(record);
    if (record.level() > proto::LOG_INFO || !log::enabled(level)) continue;
    log::write(level, fmt::format("livekit_ffi: {}: {}", record.target(), redact_secrets(record.message())));
  }
}

void log_panic(const proto::Panic& panic) {
  log::error("livekit_ffi PANICKED, this process and its calls are lost: {}", redact_secrets(panic.message()));
}

}  // namespace call_agent::livekit::rtc
