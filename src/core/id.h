#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace call_agent {

/// `bytes` from the operating system's random source, as lower-case hexadecimal.
std::string random_hex(std::size_t bytes);

/// A 128-bit random id with a readable prefix, such as "call_3f0c…".
std::string new_id(std::string_view prefix);

}  // namespace call_agent
