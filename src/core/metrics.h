#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace call_agent {

/// What a process counts about itself, as Prometheus reads it.
///
/// Names and labels are this program's own words, from closed sets: each new value of a label is a series kept for
/// ever. Thread-safe. What is made lives as long as the Metrics that made it; updating it takes no lock.
class Metrics {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  /// Only ever grows.
  class Counter {
   public:
    void add(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

   private:
    std::atomic<std::uint64_t> value_{0};
  };

  /// How often values fell at or below each bound.
  class Histogram {
   public:
    /// `bounds` ascend; what is above the last is counted too.
    explicit Histogram(std::vector<double> bounds);
    void observe(double value);

   private:
    friend class Metrics;
    const std::vector<double> bounds_;
    std::vector<std::atomic<std::uint64_t>> counts_;  // One a bound, and one above.
    std::atomic<double> sum_{0};
  };

  /// Asked for its value at each exposition().
  using Gauge = std::function<double()>;

  /// The same name and labels give the same one. `help` is kept from the first time.
  Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, std::vector<double> bounds, Labels labels = {});
  /// What `gauge` refers to outlives this, or remove_gauge() comes first.
  void add_gauge(std::string_view name, std::string_view help, Gauge gauge);
  void remove_gauge(std::string_view name);

  /// Everything, in the text format of version 0.0.4.
  /// https://prometheus.io/docs/instrumenting/exposition_formats/
  std::string exposition() const;
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  using Series = std::variant<std::unique_ptr<Counter>, std::unique_ptr<Histogram>, Gauge>;
  struct Family {
    std::string help;
    std::string_view type;
    std::map<std::string, Series> series;  // By its labels, as they are written.
  };

  Series& series(std::string_view name, std::string_view help, std::string_view type, const Labels& labels);
  static void write(std::string& out, const std::string& name, const std::string& labels, const Histogram& histogram);

  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace call_agent
