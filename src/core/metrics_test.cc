#include "core/metrics.h"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace call_agent {
namespace {

TEST(Metrics, AreWrittenAsPrometheusReadsThem) {
  Metrics metrics;
  metrics.counter("calls_total", "Calls placed.", {{"outcome", "busy"}}).add();
  metrics.counter("calls_total", "Calls placed.", {{"outcome", "completed"}}).add(41);
  metrics.counter("calls_total", "Calls placed.", {{"outcome", "completed"}}).add();
  double open = 3;
  metrics.add_gauge("connections", "Open now.", [&open] { return open; });
  auto& seconds = metrics.histogram("seconds", "How long.", {0.5, 1});
  for (const double value : {0.25, 0.5, 0.75, 2.0}) seconds.observe(value);
  EXPECT_EQ(metrics.exposition(),
            "# HELP calls_total Calls placed.\n"
            "# TYPE calls_total counter\n"
            "calls_total{outcome=\"busy\"} 1\n"
            "calls_total{outcome=\"completed\"} 42\n"
            "# HELP connections Open now.\n"
            "# TYPE connections gauge\n"
            "connections 3\n"
            "# HELP seconds How long.\n"
            "# TYPE seconds histogram\n"
            "seconds_bucket{le=\"0.5\"} 2\n"
            "seconds_bucket{le=\"1\"} 3\n"
            "seconds_bucket{le=\"+Inf\"} 4\n"
            "seconds_sum 3.5\n"
            "seconds_count 4\n");
  open = 4.5;
  EXPECT_NE(metrics.exposition().find("connections 4.5\n"), std::string::npos) << "asked anew";
  metrics.remove_gauge("connections");
  EXPECT_EQ(metrics.exposition().find("connections"), std::string::npos);
}

TEST(Metrics, AHistogramKeepsItsLabels) {
  Metrics metrics;
  metrics.histogram("seconds", "How long.", {1}, {{"tool", "a"}}).observe(0.5);
  const auto text = metrics.exposition();
  for (const auto* line :
       {"seconds_bucket{tool=\"a\",le=\"1\"} 1\n", "seconds_sum{tool=\"a\"} 0.5\n", "seconds_count{tool=\"a\"} 1\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << text;
  }
}

TEST(Metrics, NoValueOfALabelBreaksOut) {
  Metrics metrics;
  metrics.counter("x", "back\\slash and\nline", {{"a", "q\"b\\c\nd"}}).add();
  EXPECT_EQ(metrics.exposition(), "# HELP x back\\\\slash and\\nline\n# TYPE x counter\nx{a=\"q\\\"b\\\\c\\nd\"} 1\n");
}

TEST(Metrics, NumbersThatAreNoneHaveTheirNames) {
  Metrics metrics;
  metrics.add_gauge("a", "", [] { return std::numeric_limits<double>::quiet_NaN(); });
  metrics.add_gauge("b", "", [] { return -std::numeric_limits<double>::infinity(); });
  const auto text = metrics.exposition();
  EXPECT_NE(text.find("a NaN\n"), std::string::npos);
  EXPECT_NE(text.find("b -Inf\n"), std::string::npos);
}

TEST(Metrics, AreCountedByAnyThread) {
  Metrics metrics;
  const auto count = [&metrics] {
    auto& histogram = metrics.histogram("seconds", "", {1});
    for (int i = 0; i < 1'000; ++i) {
      metrics.counter("x", "").add();
      histogram.observe(1);
    }
  };
  {
    const std::jthread one(count), other(count);
  }
  EXPECT_EQ(metrics.counter("x", "").value(), 2'000U);
  EXPECT_NE(metrics.exposition().find("seconds_sum 2000\n"), std::string::npos);
}

}  // namespace
}  // namespace call_agent
