#include "audio/stereo_recorder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "core/id.h"

namespace call_agent::audio {
namespace {

using Side = StereoRecorder::Side;

class Recording : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("recorder_test_" + random_hex(8));
  std::filesystem::path path_ = folder_ / "call.wav";
  // The lowest rate the format allows: 4 samples a millisecond.
  static constexpr int kRate = 4000;

  static std::vector<Sample> audio(milliseconds length, Sample value) {
    return std::vector<Sample>(static_cast<std::size_t>(length.count()) * 4, value);
  }
  /// One character for each 20 ms: '.' silence, else the value's last digit, '?' if it changes within.
  std::string timeline(int channel) const {
    const auto wav = read_wav(path_);
    if (!wav) return wav.error().what;
    const auto samples = wav->channel(channel);
    std::string out;
    for (std::size_t at = 0; at < samples.size(); at += 80) {
      const auto end = std::min(at + 80, samples.size());
      const bool even = std::all_of(samples.begin() + static_cast<std::ptrdiff_t>(at),
                                    samples.begin() + static_cast<std::ptrdiff_t>(end),
                                    [&](Sample sample) { return sample == samples[at]; });
      out += !even ? '?' : samples[at] == 0 ? '.' : static_cast<char>('0' + samples[at] % 10);
    }
    return out;
  }
};

TEST_F(Recording, EachSideLiesAtItsTime) {
  auto recorder = StereoRecorder::create(path_, kRate);
  ASSERT_TRUE(recorder);
  ASSERT_TRUE(recorder->push(Side::kLeft, milliseconds(0), audio(milliseconds(40), 1)));
  ASSERT_TRUE(recorder->push(Side::kRight, milliseconds(200), audio(milliseconds(40), 2)));
  ASSERT_TRUE(recorder->push(Side::kLeft, milliseconds(160), audio(milliseconds(20), 3)));
  ASSERT_TRUE(recorder->close());
  EXPECT_EQ(timeline(0), "11......3...");
  EXPECT_EQ(timeline(1), "..........22");
}

TEST_F(Recording, JitterMakesNoGapsAndNoOverlap) {
  auto recorder = StereoRecorder::create(path_, kRate);
  ASSERT_TRUE(recorder);
  for (const int at : {0, 25, 38, 90, 81, 99}) {
    ASSERT_TRUE(recorder->push(Side::kLeft, milliseconds(at), audio(milliseconds(20), 1)));
  }
  EXPECT_EQ(recorder->length(), milliseconds(120));
  ASSERT_TRUE(recorder->close());
  EXPECT_EQ(timeline(0), "111111");
}

TEST_F(Recording, ASilentPartyDoesNotHoldBackTheOther) {
  auto recorder = StereoRecorder::create(path_, kRate);
  ASSERT_TRUE(recorder);
  for (int at = 0; at < 10'000; at += 20) {
    ASSERT_TRUE(recorder->push(Side::kRight, milliseconds(at), audio(milliseconds(20), 1)));
  }
  // On disk already, but for the window: a crash now would lose no more.
  EXPECT_GE(timeline(1).size(), 300U);
  ASSERT_TRUE(recorder->push(Side::kLeft, milliseconds(9960), audio(milliseconds(40), 2)));
  ASSERT_TRUE(recorder->close());
  EXPECT_EQ(timeline(0), std::string(498, '.') + "22");
  EXPECT_EQ(timeline(1), std::string(500, '1'));
}

TEST_F(Recording, AnHourOfSilenceCostsNoMemoryAndTimesBeyondReasonAreRefused) {
  auto recorder = StereoRecorder::create(path_, kRate);
  ASSERT_TRUE(recorder);
  ASSERT_TRUE(recorder->push(Side::kLeft, std::chrono::hours(1), audio(milliseconds(20), 1)));
  EXPECT_EQ(recorder->length(), std::chrono::hours(1) + milliseconds(20));
  EXPECT_EQ(recorder->push(Side::kLeft, std::chrono::hours(13), {}).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(recorder->push(Side::kLeft, milliseconds(-1), {}).error().code, Errc::kInvalidArgument);
}

TEST_F(Recording, AudioThatComesFasterThanTimeIsDroppedAndCounted) {
  auto recorder = StereoRecorder::create(path_, kRate);
  ASSERT_TRUE(recorder);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(recorder->push(Side::kLeft, milliseconds(0), audio(milliseconds(20), 1)));
  }
  EXPECT_EQ(recorder->length(), StereoRecorder::kMostLead + milliseconds(20));
  EXPECT_EQ(recorder->dropped_samples(), 79U * 80U);
}

TEST_F(Recording, IsWholeWhenItsOwnerForgetsToCloseIt) {
  {
    auto recorder = StereoRecorder::create(path_, kRate);
    ASSERT_TRUE(recorder);
    StereoRecorder moved = std::move(*recorder);
    ASSERT_TRUE(moved.push(Side::kRight, milliseconds(20), audio(milliseconds(20), 7)));
  }
  EXPECT_EQ(timeline(1), "7") << "within kSlack of the start: no gap";
}

}  // namespace
}  // namespace call_agent::audio
