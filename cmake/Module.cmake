# call_agent_module(NAME SOURCES a.cc … [DEPS modules …] [LIBS public libs …] [PRIVATE_LIBS libs …])
#   One folder, one static library. Headers are included from src/: #include "core/result.h".
#   DEPS are modules of ours, without prefix; tools/check-layers holds them to the design.
function(call_agent_module name)
  cmake_parse_arguments(M "" "" "SOURCES;DEPS;LIBS;PRIVATE_LIBS" ${ARGN})
  add_library(call_agent_${name} STATIC ${M_SOURCES})
  target_include_directories(call_agent_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  list(TRANSFORM M_DEPS PREPEND call_agent_)
  target_link_libraries(call_agent_${name}
    PUBLIC ${M_DEPS} ${M_LIBS}
    PRIVATE call_agent_flags ${M_PRIVATE_LIBS})
endfunction()

# call_agent_compile_alone(SOURCE…): tests, and everything in the sanitizer presets, are compiled several sources as one,
#   which halves their time; sources whose file-local names are others' too are left out of that.
function(call_agent_compile_alone)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# call_agent_compile_quickly(TARGET): for tests, which the release preset compiles too: only what ships need be fast, and
#   only the preset dev need recompile one file of them at a time.
function(call_agent_compile_quickly target)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(${target} PRIVATE -O1 ${CALL_AGENT_RELATIVE_FILE})
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  endif()
endfunction()

add_custom_target(unit_tests)

# call_agent_test(MODULE SOURCES a_test.cc … [LIBS …])
#   The unit tests of one module, beside its sources: one executable MODULE_test, built by the target unit_tests. One
#   ctest entry a test case; under a sanitizer one a module, since there every start of a process is dear.
function(call_agent_test module)
  cmake_parse_arguments(T "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${module}_test ${T_SOURCES})
  target_link_libraries(${module}_test PRIVATE call_agent_${module} call_agent_flags GTest::gmock_main ${T_LIBS})
  call_agent_compile_quickly(${module}_test)
  add_dependencies(unit_tests ${module}_test)
  if(CALL_AGENT_SANITIZE)
    add_test(NAME ${module} COMMAND ${module}_test)
    set_tests_properties(${module} PROPERTIES LABELS unit TIMEOUT 600)
  else()
    gtest_discover_tests(${module}_test TEST_PREFIX ${module}. PROPERTIES LABELS unit DISCOVERY_MODE PRE_TEST)
  endif()
endfunction()

# call_agent_fuzzer(NAME MODULE SOURCE): a libFuzzer target, fuzz_NAME; its corpus lives in src/…/fuzz/corpus/NAME. In
#   every other build the corpus is replayed as a unit test.
function(call_agent_fuzzer name module source)
  if(CALL_AGENT_FUZZ)
    add_executable(fuzz_${name} ${source})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(fuzz_${name} PRIVATE call_agent_${module} call_agent_flags)
  else()
    add_executable(replay_${name} ${source} ${CMAKE_SOURCE_DIR}/src/core/fuzz/replay_main.cc)
    target_link_libraries(replay_${name} PRIVATE call_agent_${module} call_agent_flags)
    call_agent_compile_quickly(replay_${name})
    add_dependencies(unit_tests replay_${name})
    get_filename_component(folder ${source} DIRECTORY)
    add_test(NAME ${module}.corpus_${name}
      COMMAND replay_${name} ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/corpus/${name})
    set_tests_properties(${module}.corpus_${name} PROPERTIES LABELS unit TIMEOUT 600)
  endif()
endfunction()
