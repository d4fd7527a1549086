#pragma once

namespace livekit::proto {
class LogBatch;
class Panic;
}  // namespace livekit::proto

namespace call_agent::livekit::rtc {

/// Passes the library's records on to our log, secrets redacted. Its info is our debug: it is chatty.
void log_records(const ::livekit::proto::LogBatch& batch);
void log_panic(const ::livekit::proto::Panic& panic);

}  // namespace call_agent::livekit::rtc
