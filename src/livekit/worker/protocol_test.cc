#include "livekit/worker/protocol.h"

#include <gtest/gtest.h>

#include "core/json.h"

namespace call_agent::livekit::worker {
namespace {

template <class T>
T parsed(std::string_view frame) {
  auto message = parse_server_message(frame);
  EXPECT_TRUE(message) << (message ? "" : message.error().what);
  if (!message || !std::holds_alternative<T>(*message)) return T{};
  return std::get<T>(*message);
}

TEST(WorkerProtocol, ReadsWhatTheServerSays) {
  EXPECT_EQ(parsed<Registered>(R"({"register":{"workerId":"AW_1","serverInfo":{}}})").worker_id, "AW_1");
  const auto offer = parsed<Offer>(
      R"({"availability":{"job":{"id":"AJ_1","dispatchId":"AD_1","type":"JT_ROOM","room":{"name":"call_1"},"metadata":"{}"}}})");
  EXPECT_EQ(offer.job.id, "AJ_1");
  EXPECT_EQ(offer.job.room, "call_1");
  EXPECT_EQ(offer.job.metadata, "{}");
  const auto assignment =
      parsed<Assignment>(R"({"assignment":{"job":{"id":"AJ_1","room":{"name":"call_1"}},"token":"t"}})");
  EXPECT_EQ(assignment.token, "t");
  EXPECT_EQ(assignment.url, "");
  EXPECT_EQ(parsed<Termination>(R"({"termination":{"jobId":"AJ_1"}})").job_id, "AJ_1");
  EXPECT_EQ(parsed<Pong>(R"({"pong":{"lastTimestamp":"1700000000123","timestamp":"5"}})").sent_ms, 1700000000123);
}

TEST(WorkerProtocol, IgnoresWhatItDoesNotKnow) {
  const auto message = parse_server_message(R"({"somethingNew":{"a":1}})");
  ASSERT_TRUE(message);
  EXPECT_TRUE(std::holds_alternative<Unknown>(*message));
}

TEST(WorkerProtocol, RefusesBrokenMessages) {
  for (const auto* frame : {"", "garbage", "[]", "null", R"({"availability":{}})", R"({"availability":null})",
                            R"({"assignment":{"job":{"id":"a","room":{"name":"r"}}}})", R"({"termination":{}})",
                            R"({"availability":{"job":{"id":7,"room":[]}}})"}) {
    EXPECT_FALSE(parse_server_message(frame)) << frame;
  }
}

TEST(WorkerProtocol, AlwaysSendsTheLoadSinceAnOmittedOneReadsAsZero) {
  const auto message = parse_json(status_message(false, 0.0, 0));
  ASSERT_TRUE(message);
  EXPECT_EQ((*message)["updateWorker"], Json({{"status", "WS_AVAILABLE"}, {"load", 0.0}, {"jobCount", 0}}));
}

TEST(WorkerProtocol, NamesTheParticipantOnlyOfAJobItTakes) {
  EXPECT_EQ(*parse_json(availability_message("AJ_1", false, "agent-1")),
            Json({{"availability", {{"jobId", "AJ_1"}, {"available", false}}}}));
  EXPECT_EQ((*parse_json(availability_message("AJ_1", true, "agent-1")))["availability"]["participantIdentity"],
            "agent-1");
}

}  // namespace
}  // namespace call_agent::livekit::worker
