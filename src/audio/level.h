#pragma once

#include <span>

#include "audio/sample.h"

namespace call_agent::audio {

/// Root mean square, 0 to 32768. Zero for no samples.
double rms(std::span<const Sample> audio);

/// The same in dBFS: 0 for a full-scale square wave, -3 for a full-scale sine; never below kSilenceDbfs.
double dbfs(std::span<const Sample> audio);
inline constexpr double kSilenceDbfs = -96;

/// On a clean line (loopback, no noise) this much tells speech from silence: -36 dBFS.
inline constexpr double kVoicedRms = 500;
bool voiced(std::span<const Sample> audio, double threshold_rms = kVoicedRms);

}  // namespace call_agent::audio
