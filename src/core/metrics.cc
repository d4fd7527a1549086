#include "core/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace call_agent {
namespace {

std::string escaped(std::string_view text, bool quoted) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || (quoted && c == '"')) out += '\\';
    out += c;
  }
  return out;
}

/// `name="value",…`, without braces.
std::string written(const Metrics::Labels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    out += fmt::format("{}{}=\"{}\"", out.empty() ? "" : ",", name, escaped(value, true));
  }
  return out;
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

std::string braced(const std::string& labels) {
  return labels.empty() ? "" : "{" + labels + "}";
}

}  // namespace

Metrics::Histogram::Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

void Metrics::Histogram::observe(double value) {
  const auto bound = std::ranges::lower_bound(bounds_, value);
  counts_[static_cast<std::size_t>(bound - bounds_.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

Metrics::Series& Metrics::series(std::string_view name, std::string_view help, std::string_view type,
                                 const Labels& labels) {
  Family& family = families_[std::string(name)];
  if (family.type.empty()) {
    family.help = help;
    family.type = type;
  }
  return family.series[written(labels)];
}

Metrics::Counter& Metrics::counter(std::string_view name, std::string_view help, Labels labels) {
  const std::scoped_lock lock(mutex_);
  auto& made = std::get<std::unique_ptr<Counter>>(series(name, help, "counter", labels));
  if (!made) made = std::make_unique<Counter>();
  return *made;
}

Metrics::Histogram& Metrics::histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                                       Labels labels) {
  const std::scoped_lock lock(mutex_);
  Series& one = series(name, help, "histogram", labels);
  if (!std::holds_alternative<std::unique_ptr<Histogram>>(one)) one = std::make_unique<Histogram>(std::move(bounds));
  return *std::get<std::unique_ptr<Histogram>>(one);
}

void Metrics::add_gauge(std::string_view name, std::string_view help, Gauge gauge) {
  const std::scoped_lock lock(mutex_);
  series(name, help, "gauge", {}) = std::move(gauge);
}

void Metrics::remove_gauge(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = families_.find(name); found != families_.end()) families_.erase(found);
}

void Metrics::write(std::string& out, const std::string& name, const std::string& labels, const Histogram& histogram) {
  const std::string before = labels.empty() ? "" : labels + ",";
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < histogram.counts_.size(); ++i) {
    total += histogram.counts_[i].load(std::memory_order_relaxed);
    const double bound = i < histogram.bounds_.size() ? histogram.bounds_[i] : HUGE_VAL;
    fmt::format_to(std::back_inserter(out), "{}_bucket{{{}le=\"{}\"}} {}\n", name, before, number(bound), total);
  }
  fmt::format_to(std::back_inserter(out), "{}_sum{} {}\n", name, braced(labels), number(histogram.sum_.load()));
  fmt::format_to(std::back_inserter(out), "{}_count{} {}\n", name, braced(labels), total);
}

std::string Metrics::exposition() const {
  const std::scoped_lock lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, escaped(family.help, false), name,
                   family.type);
    for (const auto& [labels, one] : family.series) {
      if (const auto* histogram = std::get_if<std::unique_ptr<Histogram>>(&one)) {
        write(out, name, labels, **histogram);
      } else if (const auto* counter = std::get_if<std::unique_ptr<Counter>>(&one)) {
        fmt::format_to(std::back_inserter(out), "{}{} {}\n", name, braced(labels), (*counter)->value());
      } else {
        fmt::format_to(std::back_inserter(out), "{}{} {}\n", name, braced(labels), number(std::get<Gauge>(one)()));
      }
    }
  }
  return out;
}

}  // namespace call_agent
