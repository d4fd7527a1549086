#pragma once

#include <memory>

#include "agent/ports.h"

/// Zero-latency stand-ins for speech and language, for benchmarks only: they measure what the system itself costs.
namespace call_agent::providers::stub {

/// Hears "I would like to book a table for two." in every segment.
std::unique_ptr<agent::Stt> make_stt();
/// Says "Thank you, I have noted that down." to everything.
std::unique_ptr<agent::Llm> make_llm();
/// A 440 Hz tone of two seconds at 24 kHz for every sentence.
std::unique_ptr<agent::Tts> make_tts();

}  // namespace call_agent::providers::stub
