#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/call_list.h"
#include "calls/placer.h"

namespace call_agent::app {

/// Places the calls of a list, a few at a time, and follows each to its end.
///
/// Lives on one executor; one run() per batch.
class CallBatch {
 public:
  struct Options {
    int concurrency = 1;  ///< Calls at once.
    bool wait = true;     ///< Follow each to its end; else only until it is answered.
    milliseconds poll{100};
    milliseconds longest{4 * 3'600'000};  ///< Per call, from the answer.
  };
  /// Gets whole lines.
  using Print = std::function<void(std::string_view)>;

  /// All must outlive the batch.
  CallBatch(calls::CallStore& store, calls::Placer& placer, std::vector<ListedCall> list, Options options, Print print);

  /// Returns when every call has ended (or, without waiting, been answered), or when cancelled: then no further call is
  /// begun, and those that ring or talk go on with their agents.
  awaitable<void> run();

  /// How many calls came to what: outcomes, "active" (answered, not waited for), "error" (not placed).
  const std::map<std::string, int>& results() const { return results_; }
  /// Whether every call of the list was held, or, without waiting, answered.
  bool succeeded() const;

 private:
  awaitable<void> work();
  awaitable<void> one(std::size_t index);

  calls::CallStore& store_;
  calls::Placer& placer_;
  const std::vector<ListedCall> list_;
  const Options options_;
  const Print print_;
  std::size_t next_ = 0;
  std::map<std::string, int> results_;
};

}  // namespace call_agent::app
