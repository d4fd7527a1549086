#pragma once

/* The C ABI between the executable and libcall_agent_numbers.so. libphonenumber and what it brings (ICU, protobuf,
 * Abseil) cost 15 ms and several MiB at start; behind this line only a process that checks a number pays. */

#ifdef __cplusplus
extern "C" {
#endif

enum CallAgentVerdict {
  kCallAgentPossible = 0,
  kCallAgentNoSuchCountry,
  kCallAgentTooShort,
  kCallAgentTooLong,
  kCallAgentWrongLength,
  kCallAgentNoAreaCode,
  kCallAgentEmergency,
  kCallAgentShort,
  kCallAgentPremium,
  kCallAgentFailed
};

struct CallAgentNumber {
  char e164[24];  /* "+442079460123" */
  char region[4]; /* ISO 3166, "GB"; empty if none. */
  int valid;      /* 0: possible, but not in a range that was assigned when the data was made. */
};

/* `number`: '+' and 1 to 15 digits, zero-terminated. Returns a CallAgentVerdict; `out` is set for kCallAgentPossible.
 * Thread-safe, never throws. The name changes when the ABI does. */
int call_agent_check_number_v1(const char* number, struct CallAgentNumber* out);

#ifdef __cplusplus
}
#endif
