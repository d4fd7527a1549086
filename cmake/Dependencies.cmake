# Every third-party thing, found once and given one name: CALL_AGENT code links these names only.
# Debian packages by apt (tools/run/deps.sh), the rest unpacked into CALL_AGENT_DEPS by ./run deps.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS url)
find_package(OpenSSL REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Protobuf REQUIRED)
find_package(GTest REQUIRED)
include(GoogleTest)

# Static archives where Debian has them: a command that does not use a library then pays nothing for it at start.
function(call_agent_static name)
  cmake_parse_arguments(S "" "" "ARCHIVES;LIBS;INCLUDES" ${ARGN})
  add_library(${name} INTERFACE)
  foreach(archive IN LISTS S_ARCHIVES)
    find_library(found_${archive} NAMES lib${archive}.a REQUIRED)
    target_link_libraries(${name} INTERFACE ${found_${archive}})
  endforeach()
  target_link_libraries(${name} INTERFACE ${S_LIBS})
  target_include_directories(${name} SYSTEM INTERFACE ${S_INCLUDES})
endfunction()

add_library(dep_asio INTERFACE)
target_link_libraries(dep_asio INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(dep_asio INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)

add_library(dep_json INTERFACE)
target_link_libraries(dep_json INTERFACE nlohmann_json::nlohmann_json)

call_agent_static(dep_openssl ARCHIVES ssl crypto LIBS ${CMAKE_DL_LIBS} Threads::Threads)
call_agent_static(dep_sqlite ARCHIVES sqlite3 LIBS ${CMAKE_DL_LIBS} Threads::Threads m)
call_agent_static(dep_protobuf_lite ARCHIVES protobuf-lite LIBS Threads::Threads)
call_agent_static(dep_flite ARCHIVES flite_cmu_us_slt flite_cmu_us_kal flite_usenglish flite_cmulex flite LIBS m)

# SIP and RTP of the telephone. libre's headers ask for these two macros or redefine bool.
call_agent_static(dep_re ARCHIVES re z LIBS dep_openssl m)
target_compile_definitions(dep_re INTERFACE HAVE_STDBOOL_H HAVE_INTTYPES_H)

# Files that commands load when they need them (dlopen): only their headers are build dependencies.
add_library(dep_onnxruntime_headers INTERFACE)
target_include_directories(dep_onnxruntime_headers SYSTEM INTERFACE ${CALL_AGENT_DEPS}/include)
