#include "core/result.h"

namespace call_agent {

std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::kInvalidArgument:
      return "invalid argument";
    case Errc::kNotFound:
      return "not found";
    case Errc::kConflict:
      return "conflict";
    case Errc::kPermission:
      return "permission";
    case Errc::kUnavailable:
      return "unavailable";
    case Errc::kDeadline:
      return "deadline";
    case Errc::kCancelled:
      return "cancelled";
    case Errc::kOverloaded:
      return "overloaded";
    case Errc::kInternal:
      return "internal";
  }
  return "unknown";
}

}  // namespace call_agent
