#pragma once

// libre's C headers, as they need to be included: after the system's, and without the macros they leave behind.
// Only the .cc files that speak SIP and RTP include this.
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdarg>
#include <cstdint>
#include <cstdio>

#define DEBUG_MODULE "phone"  // re_dbg.h asks for these.
#define DEBUG_LEVEL 4

extern "C" {
#include <re/re.h>

#include <re/re_dbg.h>
}

#undef DEBUG_MODULE
#undef DEBUG_LEVEL
#undef inline
#undef bool
#undef true
#undef false
#undef min
#undef max

#include <memory>
#include <string>
#include <string_view>
#include <system_error>

namespace call_agent::phone {

/// Gives a reference of libre's counted memory back.
struct ReRelease {
  void operator()(void* object) const { mem_deref(object); }
};
template <class T>
using RePtr = std::unique_ptr<T, ReRelease>;

inline std::string_view view(const pl& text) {
  return text.p == nullptr ? std::string_view() : std::string_view(text.p, text.l);
}

/// What an errno of libre means, for people.
inline std::string re_reason(int error) {
  return std::generic_category().message(error);
}

inline std::string address_text(const sa& address) {
  char text[64] = "";
  sa_ntop(&address, text, sizeof text);
  return text;
}

}  // namespace call_agent::phone
