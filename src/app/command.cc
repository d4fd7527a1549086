#include "app/command.h"

#include <iostream>

namespace call_agent::app {

int report_failure(const Error& error) {
  std::cerr << "call-agent: " << error.what << '\n' << std::flush;
  return error.code == Errc::kInvalidArgument ? 2 : 1;
}

}  // namespace call_agent::app
