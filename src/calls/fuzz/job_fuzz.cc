#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "calls/job.h"

// A job's metadata comes over the network: parsing never crashes, and what it accepts survives a round trip.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using call_agent::calls::JobMetadata;
  const auto job = JobMetadata::parse({reinterpret_cast<const char*>(data), size});
  if (!job) return 0;
  const auto again = JobMetadata::parse(job->to_text());
  if (!again || again->call_id != job->call_id || again->objective != job->objective) std::abort();
  return 0;
}
