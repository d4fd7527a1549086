#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace call_agent {

/// What went wrong, in terms a caller can act on.
enum class Errc : std::uint8_t {
  kInvalidArgument,  ///< The caller is wrong; retrying cannot help.
  kNotFound,         ///< The thing named does not exist.
  kConflict,         ///< The state does not allow it (already dialed, already ended).
  kPermission,       ///< Credentials are wrong or lack a grant.
  kUnavailable,      ///< The far side is down; retry after a delay.
  kDeadline,         ///< The caller's deadline passed first.
  kCancelled,        ///< The caller asked us to stop.
  kOverloaded,       ///< A bounded queue or a quota is full; shed load or retry later.
  kInternal,         ///< A defect of ours, or of a library we carry.
};

std::string_view to_string(Errc code);

struct [[nodiscard]] Error {
  Errc code;
  std::string what;  ///< For people: what happened and how to mend it. Never a secret, never a phone number.
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Errc code, std::string what) {
  return std::unexpected<Error>(Error{code, std::move(what)});
}

/// Passes an error on, from a Result of any type.
template <class T>
std::unexpected<Error> pass(const Result<T>& failed) {
  return std::unexpected<Error>(failed.error());
}

/// libstdc++ 12 has std::expected without its monadic members.
template <class T, class F>
std::invoke_result_t<F, T&&> and_then(Result<T>&& result, F&& next) {
  if (!result) return std::unexpected<Error>(std::move(result).error());
  return std::forward<F>(next)(std::move(*result));
}

}  // namespace call_agent
