#include "phone/conversation.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "audio/tones.h"

namespace call_agent::phone {
namespace {

std::shared_ptr<const Script> script(const std::string& steps) {
  auto out = std::make_shared<Script>();
  auto scenario = parse_scenario(R"({"steps": [)" + steps + "]}");
  EXPECT_TRUE(scenario) << scenario.error().what;
  out->scenario = std::move(*scenario);
  // Instead of words: a tone as long as they would take.
  for (const auto& source : out->scenario.clips) {
    const std::array frequencies{400.0};
    const milliseconds length(60 * source.words.size());
    out->clips.push_back({.words = source.words,
                          .narrow = audio::tone(frequencies, length, 8000),
                          .wide = audio::tone(frequencies, length, 16000)});
  }
  return out;
}

class Log : public Conversation::Observer {
 public:
  void happened(std::string_view event, milliseconds at, Json fields) override {
    events.push_back({{"event", event}, {"at", at.count()}, {"fields", std::move(fields)}});
  }
  void wants_to_hang_up() override { hung_up = true; }

  std::string said() const {
    std::string out;
    for (const auto& event : events) {
      if (event["event"] == "speak_start") out += event["fields"]["text"].get<std::string>() + "|";
    }
    return out;
  }
  std::vector<Json> events;
  bool hung_up = false;
};

/// Two phones on one perfect line, in virtual time.
class Line : public testing::TestWithParam<CodecKind> {
 protected:
  void talk(const std::string& left_steps, const std::string& right_steps, milliseconds limit) {
    const AgreedMedia media{GetParam(), codec_payload_type(GetParam()), 101};
    left_ = *Conversation::create(script(left_steps), media, left_log_);
    right_ = *Conversation::create(script(right_steps), media, right_log_);
    for (milliseconds now{0}; now < limit && !left_log_.hung_up && !right_log_.hung_up; now += milliseconds(20)) {
      carry(*left_, *right_, now, 1);
      carry(*right_, *left_, now, 2);
      ++sequence_;
      ended_at_ = now;
    }
  }

  void carry(Conversation& from, Conversation& to, milliseconds now, std::uint32_t source) const {
    const auto packet = from.tick(now);
    to.packet(now, {packet.payload_type, sequence_, packet.timestamp, source}, packet.payload);
  }

  Log left_log_;
  Log right_log_;
  std::unique_ptr<Conversation> left_;
  std::unique_ptr<Conversation> right_;
  std::uint16_t sequence_ = 65000;  // So that it wraps.
  milliseconds ended_at_{0};
};
INSTANTIATE_TEST_SUITE_P(Codecs, Line, testing::Values(CodecKind::kPcmu, CodecKind::kPcma, CodecKind::kG722),
                         [](const auto& info) { return std::string(codec_name(info.param)); });

const std::string kTurn = R"({"wait_for_speech_end": {"silence_s": 0.5}, "timeout_s": 10, "on_timeout": "hang_up"})";

TEST_P(Line, TwoPersonsTakeTurns) {
  talk(R"({"say": "Good evening?"}, )" + kTurn + R"(, {"say": "Half past eight?"}, )" + kTurn +
           R"(, {"say": "Lovely."})",
       kTurn + R"(, {"say": "A table at eight."}, )" + kTurn + R"(, {"say": "Yes."}, )" + kTurn +
           R"(, {"hang_up": true})",
       milliseconds(60000));
  EXPECT_EQ(left_log_.said(), "Good evening?|Half past eight?|Lovely.|");
  EXPECT_EQ(right_log_.said(), "A table at eight.|Yes.|");
  EXPECT_TRUE(right_log_.hung_up);
  const Json left = left_->summary();
  EXPECT_EQ(left["rtp"]["lost"], 0);
  EXPECT_EQ(left["rtp"]["gaps"], 0);
  ASSERT_EQ(left["reply_latency_ms"].size(), 2U);
  for (const auto& latency : left["reply_latency_ms"]) EXPECT_NEAR(latency.get<int>(), 520, 40);
}

TEST_P(Line, AnInterruptionIsMeasured) {
  // The left one speaks for 3 s and does not yield: what it says lasts 2.5 s beyond the interruption.
  talk(R"({"say": "01234567890123456789012345678901234567890123456789"}, {"wait_s": 2}, {"hang_up": true})",
       R"({"wait_for_speech": {"for_s": 0.5}}, {"say": "Excuse me"})", milliseconds(20000));
  const Json right = right_->summary();
  ASSERT_EQ(right["yield_latency_ms"].size(), 1U);
  EXPECT_NEAR(right["yield_latency_ms"][0].get<int>(), 2480, 60);
}

TEST_P(Line, DigitsArrive) {
  talk(R"({"wait_s": 0.5}, {"dtmf": "4711#"}, {"say": "ok"}, {"wait_s": 5})",
       R"({"expect_dtmf": "4711#", "otherwise": "wrong", "timeout_s": 10}, {"hang_up": true},
          {"label": "wrong", "wait_s": 60})",
       milliseconds(20000));
  EXPECT_TRUE(right_log_.hung_up);
  EXPECT_LT(ended_at_, milliseconds(2000));
}

TEST_P(Line, EventsTellWhatWasHeardAndWhen) {
  talk(R"({"wait_s": 1}, {"say": "0123456789"}, {"wait_s": 2}, {"hang_up": true})", R"({"wait_s": 60})",
       milliseconds(10000));
  std::string events;
  for (const auto& event : right_log_.events) events += event["event"].get<std::string>() + " ";
  EXPECT_EQ(events, "first_rtp first_audio heard_start heard_end ");
  EXPECT_EQ(right_log_.events[0]["at"], 0);
  EXPECT_NEAR(right_log_.events[2]["at"].get<int>(), 1000, 40);
  EXPECT_NEAR(right_log_.events[3]["fields"]["length_ms"].get<int>(), 580, 40);
}

}  // namespace
}  // namespace call_agent::phone
