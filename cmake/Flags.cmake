# One INTERFACE target every module of ours links: warnings, sanitizers, lean binaries.
add_library(call_agent_flags INTERFACE)
target_compile_options(call_agent_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-designated-field-initializers -Wnon-virtual-dtor -Werror
  -fno-semantic-interposition -ffunction-sections -fdata-sections)
target_link_options(call_agent_flags INTERFACE -fuse-ld=lld-19 -Wl,--gc-sections)
# Sources compiled in batches are named by absolute paths: with those in __FILE__, the compiler cache would miss in every
# other checkout.
set(CALL_AGENT_RELATIVE_FILE -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=)
# The library's own: an empty optional, an index too large.
add_compile_definitions($<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
# Unoptimised: on two cores compiling the coroutines costs more than running the tests (three times as much at -O1).
if(CALL_AGENT_SANITIZE)
  add_compile_options(-fsanitize=${CALL_AGENT_SANITIZE} -fno-omit-frame-pointer -O0 -gline-tables-only ${CALL_AGENT_RELATIVE_FILE})
  add_link_options(-fsanitize=${CALL_AGENT_SANITIZE})
endif()
if(CALL_AGENT_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()
if(CALL_AGENT_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
