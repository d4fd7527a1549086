#include "phone/event_log.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/id.h"

namespace call_agent::phone {
namespace {

constexpr TimePoint kInvitedAt{milliseconds(5000)};

TEST(EventLog, IsALineOfJsonForEachEventAfterThoseOfEarlierRuns) {
  const auto folder = std::filesystem::temp_directory_path() / ("event_log_test_" + random_hex(8));
  for (const int call : {1, 2}) {
    auto log = EventLog::create(folder / "events.jsonl");
    ASSERT_TRUE(log) << log.error().what;
    log->write("180", call, kInvitedAt + milliseconds(20), kInvitedAt, {{"offer", "PCMU"}});
  }
  std::ifstream file(folder / "events.jsonl");
  for (const int call : {1, 2}) {
    std::string line;
    ASSERT_TRUE(std::getline(file, line));
    EXPECT_EQ(Json::parse(line),
              (Json{{"event", "180"}, {"call", call}, {"mono_ms", 5020}, {"t_ms", 20}, {"offer", "PCMU"}}));
  }
  std::filesystem::remove_all(folder);
}

TEST(EventLog, SaysOnceThatAFullDiskLosesEvents) {
  auto log = EventLog::create("/dev/full");
  ASSERT_TRUE(log) << log.error().what;
  testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i) log->write("180", 1, kInvitedAt, kInvitedAt, Json::object());
  const auto said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("/dev/full: No space left on device"), std::string::npos) << said;
  EXPECT_EQ(said.find("events are missing"), said.rfind("events are missing")) << said;
}

}  // namespace
}  // namespace call_agent::phone
