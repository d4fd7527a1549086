#include <gtest/gtest.h>

#include "livekit/api/dispatch.h"
#include "livekit/api/proto_json.h"
#include "livekit/api/rooms.h"
#include "livekit/api/sip.h"

namespace call_agent::livekit::api {
namespace {

TEST(ProtoJson, ReadsEitherSpellingAndEitherFormOfANumber) {
  for (const auto* json : {R"({"num_participants":3,"creation_time_ms":"1234567890123"})",
                           R"({"numParticipants":"3","creationTimeMs":1234567890123})"}) {
    const Room room = parse_room(*parse_json(json));
    EXPECT_EQ(room.num_participants, 3) << json;
    EXPECT_EQ(room.created_ms, 1'234'567'890'123) << json;
  }
}

TEST(ProtoJson, AnOlderServersTimeInSecondsIsReadUnlessNoClockShowsIt) {
  const auto created_ms = [](const char* json) { return parse_room(*parse_json(json)).created_ms; };
  EXPECT_EQ(created_ms(R"({"creation_time":"1799999990"})"), 1'799'999'990'000);
  EXPECT_EQ(created_ms(R"({"creation_time":"9223372036854775807"})"), 0);
  EXPECT_EQ(created_ms(R"({"creation_time":"-9223372036854775807"})"), 0);
}

TEST(ProtoJson, ReadsEnumsByNameAndByNumber) {
  const auto kind = [](const char* json) { return parse_participant(*parse_json(json)).kind; };
  EXPECT_EQ(kind(R"({"kind":"AGENT"})"), Participant::Kind::kAgent);
  EXPECT_EQ(kind(R"({"kind":8})"), Participant::Kind::kBridge);
  EXPECT_EQ(kind(R"({"kind":"NEW_IN_2030"})"), Participant::Kind::kStandard);
  EXPECT_EQ(kind(R"({"kind":-1})"), Participant::Kind::kStandard);
  EXPECT_EQ(kind(R"({"kind":5})"), Participant::Kind::kStandard);
  EXPECT_EQ(kind("{}"), Participant::Kind::kStandard);
}

TEST(ProtoJson, AFieldOfAnotherTypeIsItsDefault) {
  const Json odd =
      *parse_json(R"({"a":[1],"b":"1x","c":{"d":1},"e":"true","f":["x",1],"g":1.5,"h":18446744073709551615})");
  EXPECT_EQ(text(odd, "a"), "");
  EXPECT_EQ(integer(odd, "b"), 0);
  EXPECT_EQ(integer(odd, "g"), 0);
  EXPECT_FALSE(boolean(odd, "e"));
  EXPECT_TRUE(text_map(odd, "c").empty());
  EXPECT_EQ(texts(odd, "f"), std::vector<std::string>{"x"});
  EXPECT_TRUE(list(odd, "c").empty());
  EXPECT_EQ(text(Json("not an object"), "a"), "");
}

TEST(Dispatch, ShowsTheJobsWorkersTook) {
  const auto dispatch = parse_dispatch(
      *parse_json(R"({"id":"AD_1","agent_name":"calling_agent","room":"r","state":{"jobs":[{"id":"AJ_1","state":)"
                  R"({"status":"JS_FAILED","worker_id":"AW_1","error":"no memory"}}]}})"));
  EXPECT_EQ(dispatch.agent_name, "calling_agent");
  ASSERT_EQ(dispatch.jobs.size(), 1U);
  EXPECT_EQ(dispatch.jobs[0].status, Dispatch::Job::Status::kFailed);
  EXPECT_EQ(dispatch.jobs[0].worker_id, "AW_1");
  EXPECT_EQ(dispatch.jobs[0].error, "no memory");
  EXPECT_TRUE(parse_dispatch(*parse_json(R"({"id":"AD_1","state":null})")).jobs.empty());
}

SipDial good_dial() {
  return {.trunk_id = "ST_1", .call_to = "+442079460101", .room = "r", .participant_identity = "callee"};
}

TEST(SipDial, SaysOnlyWhatDiffersFromTheDefaults) {
  EXPECT_EQ(*dial_request(good_dial()), (Json{{"sip_trunk_id", "ST_1"},
                                              {"sip_call_to", "+442079460101"},
                                              {"room_name", "r"},
                                              {"participant_identity", "callee"},
                                              {"ringing_timeout", "30.000s"}}));
}

TEST(SipDial, SaysEverythingElseInProtobufsJson) {
  SipDial dial = good_dial();
  dial.wait_until_answered = true;
  dial.max_call_duration = std::chrono::milliseconds(90'500);
  dial.display_name = "";
  dial.encryption = SipEncryption::kAllow;
  dial.include_headers = SipHeaders::kX;
  dial.headers = {{"X-Call", "1"}};
  dial.destination_country = "GB";
  dial.request_uri = "sip:+442079460101@127.0.0.1:5080;transport=udp";
  const Json body = *dial_request(dial);
  EXPECT_EQ(body["wait_until_answered"], true);
  EXPECT_EQ(body["max_call_duration"], "90.500s");
  EXPECT_EQ(body["display_name"], "");
  EXPECT_EQ(body["media"]["encryption"], "SIP_MEDIA_ENCRYPT_ALLOW");
  EXPECT_EQ(body["include_headers"], "SIP_X_HEADERS");
  EXPECT_EQ(body["headers"]["X-Call"], "1");
  EXPECT_EQ(body["destination"]["country"], "GB");
  EXPECT_EQ(body["sip_request_uri"]["raw"], dial.request_uri);
}

TEST(SipDial, WaitsLongerThanThePhoneRings) {
  SipDial dial = good_dial();
  EXPECT_EQ(dial_limit(dial), std::chrono::seconds(45));
  dial.wait_until_answered = true;
  dial.ringing_timeout = std::chrono::seconds(4);
  EXPECT_EQ(dial_limit(dial), std::chrono::seconds(19));
  dial.ringing_timeout = std::chrono::seconds(80);
  EXPECT_EQ(dial_limit(dial), std::chrono::seconds(95));
}

TEST(SipDial, RefusesWhatWouldReachTheInviteUnchecked) {
  using Spoil = void (*)(SipDial&);
  const Spoil spoilers[] = {
      [](SipDial& d) { d.room.clear(); },
      [](SipDial& d) { d.trunk_id.clear(); },
      [](SipDial& d) { d.participant_identity = "a\nb"; },
      [](SipDial& d) { d.call_to.clear(); },
      [](SipDial& d) { d.call_to = "+4420\r\nRoute: <sip:evil.example>"; },
      [](SipDial& d) { d.call_to = "not a number!"; },
      [](SipDial& d) { d.call_to = "a@evil.example"; },
      [](SipDial& d) { d.call_to = "<sip:a>"; },
      [](SipDial& d) { d.call_to = std::string(300, '1'); },
      [](SipDial& d) { d.from_number = "1 2"; },
      [](SipDial& d) { d.display_name = "\" <sip:evil.example>"; },
      [](SipDial& d) { d.headers = {{"X-A\r\nVia", "1"}}; },
      [](SipDial& d) { d.headers = {{"X-A", "1\r\nVia: 2"}}; },
      [](SipDial& d) { d.request_uri = "sip:a@b>\r\n"; },
      [](SipDial& d) { d.dtmf = "12;"; },
      [](SipDial& d) { d.ringing_timeout = std::chrono::milliseconds(0); },
      [](SipDial& d) { d.ringing_timeout = std::chrono::seconds(81); },
      [](SipDial& d) { d.max_call_duration = std::chrono::hours(25); },
      [](SipDial& d) { d.max_call_duration = -std::chrono::seconds(1); },
  };
  for (std::size_t i = 0; i < std::size(spoilers); ++i) {
    SipDial dial = good_dial();
    spoilers[i](dial);
    const auto body = dial_request(dial);
    ASSERT_FALSE(body) << "spoiler " << i;
    EXPECT_EQ(body.error().code, Errc::kInvalidArgument);
  }
}

}  // namespace
}  // namespace call_agent::livekit::api
