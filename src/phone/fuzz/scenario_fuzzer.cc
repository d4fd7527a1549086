#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "phone/persona.h"
#include "phone/scenario.h"

// Any text: an error, or a scenario a persona can play to anybody without leaving its steps.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace call_agent;
  const auto scenario = phone::parse_scenario({reinterpret_cast<const char*>(data), size});
  if (!scenario) return 0;
  phone::Persona persona(*scenario);
  phone::Ear ear;
  for (int packet = 0; packet < 500; ++packet) {
    const milliseconds now(packet * 20);
    ear.packet(now, packet / 40 % 2 == 0);
    if (packet % 50 == 0) persona.dtmf_heard("12#*"[packet / 50 % 4]);
    const auto action = persona.next(now, ear);
    if (!action) continue;
    if (const auto* say = std::get_if<phone::Say>(&*action); say != nullptr && say->clip >= scenario->clips.size()) {
      std::abort();
    }
    if (std::holds_alternative<phone::HangUp>(*action)) break;
    persona.finished();
  }
  return 0;
}
