#include "providers/local/flite_engine.h"

namespace call_agent::providers::local {

FliteLock::FliteLock() {
  static std::mutex mutex;
  lock_ = std::unique_lock(mutex);
  static const int initialised = flite_init();
  static_cast<void>(initialised);
}

}  // namespace call_agent::providers::local

// Flite can play through a sound card, which would make ALSA a dependency of the executable. We only want its samples:
// these stand in for that part of the archive, which is then not linked.
extern "C" {
cst_audiodev* audio_open_alsa(unsigned, int, cst_audiofmt) {
  return nullptr;
}
int audio_close_alsa(cst_audiodev*) {
  return -1;
}
int audio_write_alsa(cst_audiodev*, void*, int) {
  return -1;
}
int audio_flush_alsa(cst_audiodev*) {
  return -1;
}
int audio_drain_alsa(cst_audiodev*) {
  return -1;
}
}
