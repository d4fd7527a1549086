#include "agent/overheard_media.h"

namespace call_agent::agent {

awaitable<std::optional<std::vector<Sample>>> OverheardMedia::read() {
  return media_.read();
}

awaitable<Result<void>> OverheardMedia::write(std::span<const Sample> audio, int rate) {
  // Before it is queued: with nothing queued it plays at once.
  echoes_.said(now_(), audio);
  return media_.write(audio, rate);
}

milliseconds OverheardMedia::flush() {
  echoes_.silenced(now_());
  return media_.flush();
}

awaitable<void> OverheardMedia::drained() {
  return media_.drained();
}

awaitable<Result<void>> OverheardMedia::send_dtmf(std::string_view digits) {
  return media_.send_dtmf(digits);
}

}  // namespace call_agent::agent
