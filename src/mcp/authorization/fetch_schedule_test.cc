#include "mcp/authorization/fetch_schedule.h"

#include <gtest/gtest.h>

namespace call_agent::mcp {
namespace {

using Need = FetchSchedule::Need;

constexpr TimePoint kStart{milliseconds(1'000'000)};

TimePoint at(int seconds) {
  return kStart + std::chrono::seconds(seconds);
}

FetchSchedule fetched_at_start() {
  FetchSchedule schedule;
  schedule.tried(at(0));
  schedule.fetched(at(0));
  return schedule;
}

TEST(FetchSchedule, NothingIsKnownBeforeTheFirstFetch) {
  FetchSchedule schedule;
  EXPECT_EQ(schedule.need(at(0)), Need::kFirst);
  schedule.tried(at(0));
  EXPECT_EQ(schedule.need(at(1)), Need::kLater) << "it failed a moment ago";
  EXPECT_EQ(schedule.need(at(2)), Need::kFirst);
}

TEST(FetchSchedule, KeysAreRenewedBesideAndServeMeanwhile) {
  auto schedule = fetched_at_start();
  EXPECT_EQ(schedule.need(at(599)), Need::kNone);
  EXPECT_EQ(schedule.need(at(600)), Need::kBeside);
  schedule.tried(at(600));
  EXPECT_EQ(schedule.need(at(601)), Need::kNone);
  EXPECT_EQ(schedule.need(at(602)), Need::kBeside) << "it failed";
}

TEST(FetchSchedule, KeysOfAnIssuerOutOfReachServeForAnHour) {
  auto schedule = fetched_at_start();
  schedule.tried(at(3'599));
  EXPECT_EQ(schedule.need(at(3'599)), Need::kNone);
  EXPECT_EQ(schedule.need(at(3'600)), Need::kLater);
  EXPECT_EQ(schedule.need(at(3'601)), Need::kFirst);
}

TEST(FetchSchedule, MadeUpKeysAreLookedForNowAndThen) {
  auto schedule = fetched_at_start();
  EXPECT_FALSE(schedule.may_look(at(29)));
  EXPECT_TRUE(schedule.may_look(at(30)));
  schedule.tried(at(30));
  EXPECT_FALSE(schedule.may_look(at(59)));
}

}  // namespace
}  // namespace call_agent::mcp
