// A dialogue file is outside bytes: any must be refused with words or be playable, whatever the callee says.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "providers/scripted/dialogue.h"
#include "providers/scripted/script.h"
#include "providers/scripted/spoken_time.h"

using namespace call_agent;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& time : providers::scripted::find_times(text)) {
    if (time.minutes < 0 || time.minutes >= 24 * 60 || time.begin >= time.end || time.end > text.size()) std::abort();
  }
  const auto dialogue = providers::scripted::parse_dialogue(text, "fuzz.json");
  if (!dialogue && dialogue.error().what.empty()) std::abort();
  if (!dialogue) return 0;
  const agent::Objective objective{.text = "Ask."};
  const std::vector<agent::Message> history = {
      {agent::Role::kAgent, "Hello.", {}, {}}, {agent::Role::kCallee, "Yes, two people at half past eight.", {}, {}},
      {agent::Role::kAgent, "Good.", {}, {}},  {agent::Role::kCallee, std::string(text.substr(0, 500)), {}, {}},
      {agent::Role::kAgent, "Good.", {}, {}},  {agent::Role::kCallee, "No.", {}, {}},
  };
  const auto standing = providers::scripted::play(*dialogue, objective, history);
  if (standing.reply.size() > (std::size_t{1} << 24)) std::abort();
  return 0;
}
