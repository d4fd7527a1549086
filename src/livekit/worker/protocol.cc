#include "livekit/worker/protocol.h"

#include <charconv>

#include "core/json.h"

namespace call_agent::livekit::worker {
namespace {

const Json* find(const Json& object, const char* name, const char* other_spelling = nullptr) {
  if (!object.is_object()) return nullptr;
  if (const auto it = object.find(name); it != object.end()) return &*it;
  if (!other_spelling) return nullptr;
  const auto it = object.find(other_spelling);
  return it != object.end() ? &*it : nullptr;
}

std::string text(const Json& object, const char* name, const char* other_spelling = nullptr) {
  const Json* value = find(object, name, other_spelling);
  return value && value->is_string() ? value->get<std::string>() : std::string();
}

// 64-bit integers are strings in the mapping, but parsers must take numbers too.
std::int64_t integer(const Json& object, const char* name, const char* other_spelling) {
  const Json* value = find(object, name, other_spelling);
  if (!value) return 0;
  if (value->is_number_integer()) return value->get<std::int64_t>();
  if (!value->is_string()) return 0;
  const auto& digits = value->get_ref<const std::string&>();
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

Result<Job> parse_job(const Json* message) {
  if (!message) return fail(Errc::kInvalidArgument, "a job is missing");
  Job job{.id = text(*message, "id"),
          .dispatch_id = text(*message, "dispatchId", "dispatch_id"),
          .metadata = text(*message, "metadata")};
  if (const Json* room = find(*message, "room")) job.room = text(*room, "name");
  if (job.id.empty() || job.room.empty()) return fail(Errc::kInvalidArgument, "a job without an id or a room");
  return job;
}

}  // namespace

Result<ServerMessage> parse_server_message(std::string_view frame) {
  const auto message = parse_json(frame);
  if (!message) return pass(message);
  if (!message->is_object()) return fail(Errc::kInvalidArgument, "a message is a JSON object");

  if (const Json* registered = find(*message, "register")) {
    return Registered{text(*registered, "workerId", "worker_id")};
  }
  if (const Json* offer = find(*message, "availability")) {
    auto job = parse_job(find(*offer, "job"));
    if (!job) return pass(job);
    return Offer{std::move(*job)};
  }
  if (const Json* assignment = find(*message, "assignment")) {
    auto job = parse_job(find(*assignment, "job"));
    if (!job) return pass(job);
    std::string token = text(*assignment, "token");
    if (token.empty()) return fail(Errc::kInvalidArgument, "an assignment without a token");
    return Assignment{std::move(*job), text(*assignment, "url"), std::move(token)};
  }
  if (const Json* termination = find(*message, "termination")) {
    std::string job_id = text(*termination, "jobId", "job_id");
    if (job_id.empty()) return fail(Errc::kInvalidArgument, "a termination without a job");
    return Termination{std::move(job_id)};
  }
  if (const Json* pong = find(*message, "pong")) {
    return Pong{integer(*pong, "lastTimestamp", "last_timestamp")};
  }
  return Unknown{};
}

std::string register_message(std::string_view agent_name, std::string_view version) {
  const Json permissions = {{"canPublish", true},
                            {"canSubscribe", true},
                            {"canPublishData", true},
                            {"canUpdateMetadata", true},
                            {"agent", true}};
  return dump_json(
      {{"register",
        {{"type", "JT_ROOM"}, {"agentName", agent_name}, {"version", version}, {"allowedPermissions", permissions}}}});
}

std::string availability_message(std::string_view job_id, bool available, std::string_view identity) {
  Json answer = {{"jobId", job_id}, {"available", available}};
  if (available) {
    answer["participantIdentity"] = identity;
    answer["participantName"] = "call-agent";
  }
  return dump_json({{"availability", std::move(answer)}});
}

std::string status_message(bool full, double load, int jobs) {
  return dump_json(
      {{"updateWorker", {{"status", full ? "WS_FULL" : "WS_AVAILABLE"}, {"load", load}, {"jobCount", jobs}}}});
}

std::string job_message(std::string_view job_id, JobStatus status, std::string_view error) {
  const char* name = status == JobStatus::kRunning   ? "JS_RUNNING"
                     : status == JobStatus::kSuccess ? "JS_SUCCESS"
                                                     : "JS_FAILED";
  return dump_json({{"updateJob", {{"jobId", job_id}, {"status", name}, {"error", error}}}});
}

std::string ping_message(std::int64_t now_ms) {
  return dump_json({{"ping", {{"timestamp", std::to_string(now_ms)}}}});
}

}  // namespace call_agent::livekit::worker
