#pragma once

#include <mutex>

/// Flite's headers are C: included here and nowhere else.
extern "C" {
#include <flite/flite.h>
cst_voice* register_cmu_us_kal(const char* data_folder);
cst_voice* register_cmu_us_slt(const char* data_folder);
}

namespace call_agent::providers::local {

/// Flite initialised, and held while this lives: its lists of voices and languages are globals.
class FliteLock {
 public:
  FliteLock();

 private:
  std::unique_lock<std::mutex> lock_;
};

}  // namespace call_agent::providers::local
