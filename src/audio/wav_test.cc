#include "audio/wav.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "core/id.h"

namespace call_agent::audio {
namespace {

std::string number(std::uint32_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
  return out;
}

std::string chunk(const std::string& id, const std::string& body) {
  return id + number(static_cast<std::uint32_t>(body.size()), 4) + body +
         (body.size() % 2 != 0 ? std::string(1, '\0') : "");
}

std::string format(std::uint16_t tag, int channels, int rate, int bits) {
  const auto block = static_cast<std::uint32_t>(channels * bits / 8);
  return chunk("fmt ", number(tag, 2) + number(static_cast<std::uint32_t>(channels), 2) +
                           number(static_cast<std::uint32_t>(rate), 4) +
                           number(static_cast<std::uint32_t>(rate) * block, 4) + number(block, 2) +
                           number(static_cast<std::uint32_t>(bits), 2));
}

std::string riff(const std::string& chunks) {
  return "RIFF" + number(static_cast<std::uint32_t>(chunks.size() + 4), 4) + "WAVE" + chunks;
}

Result<Wav> parse(const std::string& file) {
  return parse_wav(std::as_bytes(std::span(file)));
}

std::string why_not(const std::string& file) {
  const auto wav = parse(file);
  if (wav) return "accepted";
  EXPECT_EQ(wav.error().code, Errc::kInvalidArgument);
  return wav.error().what;
}

const std::string kTwoSamples = number(1, 2) + number(0xFFFF, 2);

class WavFile : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("wav_test_" + random_hex(8));
};

TEST(WavReader, ReadsPlainAndExtensibleFiles) {
  const auto mono = parse(riff(format(1, 1, 8000, 16) + chunk("data", kTwoSamples)));
  ASSERT_TRUE(mono);
  EXPECT_EQ(mono->rate, 8000);
  EXPECT_EQ(mono->samples, (std::vector<Sample>{1, -1}));

  const std::string extensible = number(0xFFFE, 2) + number(2, 2) + number(48000, 4) + number(192000, 4) +
                                 number(4, 2) + number(16, 2) + number(22, 2) + number(16, 2) + number(3, 4) +
                                 number(1, 2) + std::string(14, 'g');
  const auto stereo = parse(riff(chunk("fmt ", extensible) + chunk("data", kTwoSamples)));
  ASSERT_TRUE(stereo);
  EXPECT_EQ(stereo->channels, 2);
  EXPECT_EQ(stereo->mono(), std::vector<Sample>{0});
  EXPECT_EQ(stereo->channel(1), std::vector<Sample>{-1});
}

TEST(WavReader, SkipsOddChunksAndTakesAPipesUnknownSize) {
  const std::string odd = chunk("LIST", "abc") + format(1, 1, 8000, 16) + chunk("junk", "x");
  EXPECT_TRUE(parse(riff(odd + chunk("data", kTwoSamples))));
  EXPECT_TRUE(parse(riff(odd + "data" + number(0xFFFFFFFF, 4) + kTwoSamples)));
  EXPECT_TRUE(parse(riff(odd + chunk("data", kTwoSamples) + "tail that is no chunk")));
}

TEST(WavReader, SaysWhatIsWrong) {
  const std::string ok = format(1, 1, 8000, 16);
  EXPECT_EQ(why_not(""), "it is not a WAV file");
  EXPECT_EQ(why_not("RIFF....WAV"), "it is not a WAV file");
  EXPECT_EQ(why_not("ID3" + std::string(100, 'x')), "it is not a WAV file");
  EXPECT_EQ(why_not(riff("")), "it has no 'fmt ' chunk");
  EXPECT_EQ(why_not(riff(ok)), "it holds no audio ('data' chunk missing)");
  EXPECT_EQ(why_not(riff(chunk("data", kTwoSamples) + ok)), "its audio comes before its 'fmt ' chunk");
  EXPECT_EQ(why_not(riff(ok + chunk("data", ""))), "it holds no audio");
  EXPECT_EQ(why_not(riff(ok + chunk("data", "abc"))), "its last sample is cut in two");
  EXPECT_EQ(why_not(riff(ok + "data" + number(100, 4) + kTwoSamples)),
            "it is truncated: 100 bytes of audio promised, 4 there");
  EXPECT_EQ(why_not(riff("LIST" + number(0xFFFFFFFE, 4) + "abc")), "it is truncated within a chunk");
  EXPECT_EQ(why_not(riff(chunk("fmt ", "short"))), "its 'fmt ' chunk is too short");
}

TEST(WavReader, NamesOtherFormats) {
  EXPECT_NE(why_not(riff(format(1, 1, 8000, 8))).find("8-bit PCM"), std::string::npos);
  EXPECT_NE(why_not(riff(format(3, 1, 8000, 32))).find("floating point"), std::string::npos);
  EXPECT_NE(why_not(riff(format(7, 1, 8000, 8))).find("mu-law"), std::string::npos);
  EXPECT_NE(why_not(riff(format(0x1234, 1, 8000, 16))).find("0x1234"), std::string::npos);
  EXPECT_NE(why_not(riff(format(1, 6, 8000, 16))).find('6'), std::string::npos);
  EXPECT_NE(why_not(riff(format(1, 0, 8000, 16))).find("channels"), std::string::npos);
  EXPECT_NE(why_not(riff(format(1, 1, 0, 16))).find("0 Hz"), std::string::npos);
}

TEST_F(WavFile, WhatIsWrittenIsReadBack) {
  const std::vector<Sample> audio{1, -2, 300, -400};
  ASSERT_TRUE(write_wav(folder_ / "a" / "b.wav", 16000, 2, audio));
  const auto back = read_wav(folder_ / "a" / "b.wav");
  ASSERT_TRUE(back);
  EXPECT_EQ(back->samples, audio);
  EXPECT_EQ(back->channels, 2);
  EXPECT_EQ(back->rate, 16000);
}

TEST_F(WavFile, IsValidAfterEveryFlushThoughNeverClosed) {
  auto writer = WavWriter::create(folder_ / "live.wav", 8000, 1);
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->append(std::vector<Sample>{1, 2, 3}));
  ASSERT_TRUE(writer->flush());
  ASSERT_TRUE(writer->append(std::vector<Sample>{4}));
  EXPECT_EQ(read_wav(folder_ / "live.wav")->samples.size(), 3U);
  ASSERT_TRUE(writer->close());
  EXPECT_EQ(read_wav(folder_ / "live.wav")->samples, (std::vector<Sample>{1, 2, 3, 4}));
  EXPECT_EQ(writer->append(std::vector<Sample>{5}).error().code, Errc::kConflict);
}

TEST_F(WavFile, MissingTooBigAndUnwritableFilesAreNamed) {
  const auto missing = read_wav(folder_ / "none.wav");
  EXPECT_EQ(missing.error().code, Errc::kNotFound);
  EXPECT_NE(missing.error().what.find("none.wav"), std::string::npos);
  EXPECT_EQ(read_wav(std::filesystem::temp_directory_path()).error().code, Errc::kNotFound);
  ASSERT_TRUE(write_wav(folder_ / "big.wav", 8000, 1, std::vector<Sample>(1000)));
  EXPECT_NE(read_wav(folder_ / "big.wav", 100).error().what.find("too many"), std::string::npos);
  EXPECT_EQ(WavWriter::create(folder_ / "big.wav" / "x.wav", 8000, 1).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(WavWriter::create(folder_ / "y.wav", 1, 1).error().code, Errc::kInvalidArgument);
}

TEST_F(WavFile, AFullDiskIsAnError) {
  EXPECT_FALSE(WavWriter::create("/dev/full", 8000, 1));
}

}  // namespace
}  // namespace call_agent::audio
