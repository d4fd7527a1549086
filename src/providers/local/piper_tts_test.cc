#include "providers/local/piper_tts.h"

#include <gtest/gtest.h>

namespace call_agent::providers::local {
namespace {

constexpr std::string_view kVoice =
    R"({"audio":{"sample_rate":22050},"inference":{"noise_w":0.5},"phoneme_id_map":{"_":[0],"^":[1],"$":[2],"ə":[59]}})";

TEST(PiperConfig, ReadsRateScalesAndPhonemes) {
  const auto config = PiperConfig::parse(kVoice);
  ASSERT_TRUE(config) << config.error().what;
  EXPECT_EQ(config->sample_rate, 22050);
  EXPECT_FLOAT_EQ(config->noise_width, 0.5F);
  EXPECT_FLOAT_EQ(config->length_scale, 1);
}

TEST(PiperConfig, InterleavesPhonemesWithPadsAndSkipsUnknownOnes) {
  const auto config = PiperConfig::parse(kVoice);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->ids("əxə"), (std::vector<std::int64_t>{1, 0, 59, 0, 59, 0, 2}));
  EXPECT_EQ(config->ids(""), (std::vector<std::int64_t>{1, 0, 2}));
  EXPECT_EQ(config->ids("\xff\x80"), (std::vector<std::int64_t>{1, 0, 2}));
}

TEST(PiperConfig, RefusesAnythingElse) {
  for (const std::string_view text :
       {"", "[]", "null", "{}", R"({"audio":7,"phoneme_id_map":[]})",
        R"({"audio":{"sample_rate":1e9},"phoneme_id_map":{"_":[0],"^":[1],"$":[2]}})",
        R"({"audio":{"sample_rate":22050},"phoneme_id_map":{"_":[],"^":["a"],"$":[2]}})"}) {
    const auto config = PiperConfig::parse(text);
    EXPECT_FALSE(config) << text;
  }
}

}  // namespace
}  // namespace call_agent::providers::local
