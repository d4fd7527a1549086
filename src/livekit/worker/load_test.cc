#include "livekit/worker/load.h"

#include <gtest/gtest.h>

namespace call_agent::livekit::worker {
namespace {

using std::chrono::milliseconds;

TEST(Load, StaysBelowTheTargetWhileThereIsRoomSoThatEveryPlaceCanBeFilled) {
  for (int active = 0; active < 8; ++active) {
    const Load load = load_of(active, 8, milliseconds{0});
    EXPECT_FALSE(load.full);
    EXPECT_LT(load.value, 0.7);
  }
  EXPECT_TRUE(load_of(8, 8, milliseconds{0}).full);
}

TEST(Load, GrowsWithEveryCallSoThatCallsSpreadOverWorkers) {
  for (int active = 1; active < 8; ++active) {
    EXPECT_GT(load_of(active, 8, milliseconds{0}).value, load_of(active - 1, 8, milliseconds{0}).value);
  }
}

TEST(Load, ALateAudioLoopMakesAWorkerUnattractiveButNotFull) {
  const Load late = load_of(1, 8, milliseconds{200});
  EXPECT_FALSE(late.full);
  EXPECT_GT(late.value, load_of(7, 8, milliseconds{0}).value);
  EXPECT_LT(late.value, 0.7);
}

}  // namespace
}  // namespace call_agent::livekit::worker
