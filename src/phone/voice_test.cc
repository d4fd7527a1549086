#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "audio/level.h"
#include "audio/tones.h"
#include "phone/codec.h"
#include "phone/telephone_event.h"
#include "phone/voice_receiver.h"
#include "phone/voice_sender.h"

namespace call_agent::phone {
namespace {

Clip tone_clip(milliseconds length) {
  const std::array frequencies{1000.0};
  return {.words = "tone",
          .narrow = audio::tone(frequencies, length, 8000),
          .wide = audio::tone(frequencies, length, 16000)};
}

std::vector<std::uint8_t> bytes(std::span<const std::uint8_t> span) {
  return {span.begin(), span.end()};
}

class AnyCodec : public testing::TestWithParam<CodecKind> {
 protected:
  std::unique_ptr<Codec> codec_ = *Codec::create(GetParam());
  std::unique_ptr<Codec> other_ = *Codec::create(GetParam());
  std::uint8_t type_ = codec_payload_type(GetParam());
};
INSTANTIATE_TEST_SUITE_P(All, AnyCodec, testing::Values(CodecKind::kPcmu, CodecKind::kPcma, CodecKind::kG722),
                         [](const auto& info) { return std::string(codec_name(info.param)); });

TEST_P(AnyCodec, APacketIs160BytesAndCarriesATone) {
  VoiceSender sender(*codec_, type_, 101);
  VoiceReceiver receiver(*other_, type_, 101);
  const Clip clip = tone_clip(milliseconds(1000));
  sender.play(clip);
  std::vector<Sample> heard;
  for (std::uint16_t sequence = 0; sequence < 50; ++sequence) {
    const auto packet = sender.next();
    EXPECT_EQ(packet.payload.size(), 160U);
    EXPECT_EQ(packet.timestamp, sequence * 160U);
    EXPECT_EQ(packet.marker, sequence == 0);
    const auto got = receiver.packet(milliseconds(sequence * 20), {packet.payload_type, sequence, packet.timestamp, 1},
                                     packet.payload);
    heard.insert(heard.end(), got.audio.begin(), got.audio.end());
  }
  EXPECT_EQ(heard.size(), static_cast<std::size_t>(codec_->rate()));
  EXPECT_NEAR(audio::dbfs(heard), audio::dbfs(clip.at(codec_->rate())), 0.5);
  audio::BeepDetector beep(codec_->rate());
  beep.push(heard);
  EXPECT_GT(beep.sounding(), milliseconds(900));
}

TEST_P(AnyCodec, SilenceIsSentWhenThereIsNothingToSay) {
  VoiceSender sender(*codec_, type_, 101);
  for (int i = 0; i < 10; ++i) {
    const auto packet = sender.next();
    EXPECT_FALSE(packet.finished);
    EXPECT_LT(audio::rms(other_->decode(packet.payload)), 20);
  }
}

TEST(VoiceSender, MarksTheFirstAndTheLastVoicedPacketOfAClip) {
  auto codec = *Codec::create(CodecKind::kPcmu);
  Clip clip = tone_clip(milliseconds(100));
  clip.narrow.insert(clip.narrow.begin(), 330, 0);  // Two packets of silence, and a bit.
  clip.narrow.insert(clip.narrow.end(), 500, 0);
  VoiceSender sender(*codec, 0, 101);
  sender.play(clip);
  std::string marks;
  for (int i = 0; i < 13; ++i) {
    const auto packet = sender.next();
    marks += packet.first_voiced ? 'F' : packet.last_voiced ? 'L' : packet.finished ? 'E' : '.';
  }
  EXPECT_EQ(marks, "..F...L...E..");
}

TEST(VoiceSender, DigitsTakeThePlaceOfAudioAndTheClockGoesOn) {
  auto codec = *Codec::create(CodecKind::kPcmu);
  VoiceSender sender(*codec, 0, 96);
  sender.next();
  sender.send_digits("5");
  std::vector<std::vector<std::uint8_t>> events;
  bool finished = false;
  int packets = 0;
  while (!finished && packets < 50) {
    const auto packet = sender.next();
    ++packets;
    finished = packet.finished;
    if (packet.payload_type != 96) continue;
    EXPECT_EQ(packet.timestamp, 160U);
    EXPECT_EQ(packet.marker, events.empty());
    events.push_back(bytes(packet.payload));
  }
  ASSERT_EQ(events.size(), 8U);
  EXPECT_EQ(events.front(), (std::vector<std::uint8_t>{5, 10, 0, 160}));
  EXPECT_EQ(events[5], (std::vector<std::uint8_t>{5, 0x8A, 3, 0xC0}));
  EXPECT_EQ(events[7], events[5]);
  EXPECT_EQ(sender.next().timestamp, 160U * static_cast<std::uint32_t>(packets + 1));
}

TEST(VoiceSender, WithoutEventsDigitsAreTonesAndAreHeardAsSuch) {
  auto codec = *Codec::create(CodecKind::kPcmu);
  VoiceSender sender(*codec, 0, std::nullopt);
  VoiceReceiver receiver(*codec, 0, std::nullopt);
  sender.send_digits("42#");
  std::string heard;
  bool finished = false;
  for (std::uint16_t sequence = 0; sequence < 100 && !finished; ++sequence) {
    const auto packet = sender.next();
    finished = packet.finished;
    const auto payload = bytes(packet.payload);
    const auto got = receiver.packet(milliseconds(sequence * 20), {0, sequence, packet.timestamp, 1}, payload);
    if (got.digit) heard += *got.digit;
  }
  EXPECT_TRUE(finished);
  EXPECT_EQ(heard, "42#");
}

TEST(TelephoneEvents, EveryDigitIsHeardOnceAlsoThroughLoss) {
  TelephoneEventSender sender;
  TelephoneEventReceiver all;
  TelephoneEventReceiver lossy;
  sender.send("0123456789*#ABCDx11");
  std::string heard;
  std::string heard_lossy;
  for (std::uint32_t packet = 0; sender.active(); ++packet) {
    const auto event = sender.next(packet * 160);
    if (!event) continue;
    if (const auto digit = all.packet(event->timestamp, event->payload)) heard += *digit;
    if (packet % 3 != 0) continue;
    if (const auto digit = lossy.packet(event->timestamp, event->payload)) heard_lossy += *digit;
  }
  EXPECT_EQ(heard, "0123456789*#ABCD11");
  EXPECT_EQ(heard_lossy, heard);
}

TEST(TelephoneEvents, ForeignEventsAndShortPacketsAreIgnored) {
  TelephoneEventReceiver receiver;
  EXPECT_FALSE(receiver.packet(1, std::array<std::uint8_t, 4>{16, 0, 0, 0}));  // Flash.
  EXPECT_FALSE(receiver.packet(1, std::array<std::uint8_t, 2>{1, 0}));
  EXPECT_FALSE(receiver.packet(1, {}));
}

class Reception : public testing::Test {
 protected:
  void receive(int at_ms, std::uint16_t sequence, std::uint32_t source = 7, std::uint8_t type = 0) {
    const std::vector<std::uint8_t> payload(160, 0xFF);
    heard_ += receiver_.packet(milliseconds(at_ms), {type, sequence, 0, source}, payload).audio.size();
  }
  std::unique_ptr<Codec> codec_ = *Codec::create(CodecKind::kPcmu);
  VoiceReceiver receiver_{*codec_, 0, 101};
  std::size_t heard_ = 0;
};

TEST_F(Reception, CountsWhatIsMissingLateAndTwice) {
  receive(0, 65534);
  receive(20, 65535);
  receive(40, 0);
  receive(100, 3);  // 1 and 2 are missing …
  receive(101, 2);  // … one of them came too late …
  receive(102, 3);  // … and this one twice.
  EXPECT_EQ(receiver_.stats().received, 6U);
  EXPECT_EQ(receiver_.stats().lost, 2U);
  EXPECT_EQ(receiver_.stats().late, 2U);
  EXPECT_EQ(heard_, 4U * 160U);
}

TEST_F(Reception, CountsGapsInTime) {
  receive(0, 1);
  receive(60, 2);
  receive(160, 3);
  EXPECT_EQ(receiver_.stats().gaps, 1U);
  EXPECT_EQ(receiver_.stats().longest_gap, milliseconds(100));
}

TEST_F(Reception, ANewSourceIsNotLoss) {
  receive(0, 100);
  receive(20, 40000, 8);
  receive(40, 5000, 8);
  EXPECT_EQ(receiver_.stats().lost, 0U);
  EXPECT_EQ(heard_, 3U * 160U);
}

TEST_F(Reception, OtherPayloadTypesAndOddSizesAreNoAudio) {
  receive(0, 1, 7, 13);
  EXPECT_EQ(receiver_.stats().received, 0U);
  EXPECT_TRUE(receiver_.packet(milliseconds(0), {0, 2, 0, 7}, {}).audio.empty());
  EXPECT_TRUE(receiver_.packet(milliseconds(0), {0, 3, 0, 7}, std::vector<std::uint8_t>(5000)).audio.empty());
}

}  // namespace
}  // namespace call_agent::phone
