# The project's own build words: shareway_library, shareway_proto, shareway_service, shareway_test.

add_library(shareway_flags INTERFACE)
separate_arguments(optimize UNIX_COMMAND "${SHAREWAY_OPTIMIZE}")
target_compile_options(shareway_flags INTERFACE
  ${optimize} -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Werror
  -fstack-protector-strong -D_GLIBCXX_ASSERTIONS
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)
target_include_directories(shareway_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_link_libraries(shareway_flags INTERFACE Threads::Threads)
target_link_options(shareway_flags INTERFACE -Wl,-z,relro,-z,now)
if(LLD)
  target_link_options(shareway_flags INTERFACE -fuse-ld=lld)
endif()
if(SHAREWAY_SANITIZE)
  target_compile_options(shareway_flags INTERFACE -fsanitize=${SHAREWAY_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(shareway_flags INTERFACE -fsanitize=${SHAREWAY_SANITIZE})
endif()

# Generated code: our warnings are not for it.
add_library(shareway_generated_flags INTERFACE)
target_compile_options(shareway_generated_flags INTERFACE -O1 -g0 -w)
if(SHAREWAY_SANITIZE)
  target_compile_options(shareway_generated_flags INTERFACE -fsanitize=${SHAREWAY_SANITIZE})
endif()

# shareway_proto(NAME [DEPS other_proto…] FILES a.proto…)
#
# Messages only: methods are registered by path (libs/rpc), so no stubs are
# generated. An OBJECT library keeps every descriptor through linking.
# Paths are relative to SOURCE_ROOT, proto/ unless given.
function(shareway_proto name)
  cmake_parse_arguments(P "" "ROOT" "DEPS;FILES" ${ARGN})
  if(NOT P_ROOT)
    set(P_ROOT ${PROJECT_SOURCE_DIR}/proto)
  endif()
  set(gen ${CMAKE_BINARY_DIR}/gen)
  file(MAKE_DIRECTORY ${gen})
  foreach(f ${P_FILES})
    string(REGEX REPLACE "\\.proto$" "" stem ${f})
    set(out ${gen}/${stem}.pb.cc ${gen}/${stem}.pb.h)
    add_custom_command(OUTPUT ${out} DEPENDS ${P_ROOT}/${f} VERBATIM
      COMMAND protobuf::protoc -I ${P_ROOT} -I ${PROJECT_SOURCE_DIR}/proto --cpp_out=${gen} ${f})
    list(APPEND outs ${out})
  endforeach()
  add_library(${name}_objects OBJECT ${outs})
  target_include_directories(${name}_objects SYSTEM PUBLIC ${gen})
  target_link_libraries(${name}_objects PUBLIC protobuf::libprotobuf PRIVATE shareway_generated_flags)
  add_library(${name} INTERFACE)
  target_sources(${name} INTERFACE $<TARGET_OBJECTS:${name}_objects>)
  target_include_directories(${name} SYSTEM INTERFACE ${gen})
  target_link_libraries(${name} INTERFACE protobuf::libprotobuf)
  add_dependencies(${name} ${name}_objects)
  foreach(d ${P_DEPS})
    add_dependencies(${name}_objects ${d}_objects)
    target_link_libraries(${name} INTERFACE ${d})
  endforeach()
endfunction()

# shareway_library(NAME SOURCES a.cc… [TESTS a_test.cc…] [DEPS targets…] [TEST_DEPS targets…])
#
# Makes the static library NAME and, for each test file, an entry in ctest.
function(shareway_library name)
  cmake_parse_arguments(L "" "" "SOURCES;TESTS;DEPS;TEST_DEPS" ${ARGN})
  add_library(${name} STATIC ${L_SOURCES})
  target_link_libraries(${name} PUBLIC shareway_flags ${L_DEPS})
  if(L_TESTS)
    shareway_test(${name}_test SOURCES ${L_TESTS} DEPS ${name} ${L_TEST_DEPS})
  endif()
endfunction()

# shareway_test(NAME SOURCES a_test.cc… [DEPS targets…] [LABELS l…] [TIMEOUT s] [SERIAL])
function(shareway_test name)
  cmake_parse_arguments(T "SERIAL" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 120)
  endif()
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE shareway_flags ${T_DEPS} Catch2::Catch2WithMain)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_compile_definitions(${name} PRIVATE SHAREWAY_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    SHAREWAY_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  # -w NoTests: a name that ctest mangles would otherwise run nothing and pass.
  set(properties TIMEOUT ${T_TIMEOUT})
  if(T_LABELS)
    list(APPEND properties LABELS ${T_LABELS})
  endif()
  if(T_SERIAL)
    list(APPEND properties RUN_SERIAL TRUE)
  endif()
  catch_discover_tests(${name} EXTRA_ARGS -w NoTests PROPERTIES ${properties})
endfunction()

# shareway_service(NAME LIB library MAIN main.cc): the binary shareway-NAME.
function(shareway_service name)
  cmake_parse_arguments(S "" "LIB;MAIN" "" ${ARGN})
  add_executable(shareway-${name} ${S_MAIN})
  target_link_libraries(shareway-${name} PRIVATE shareway_flags ${S_LIB} app)
  # Memory is mostly freed by another thread than took it, which glibc's malloc is slow at.
  if(NOT SHAREWAY_SANITIZE)
    target_link_libraries(shareway-${name} PRIVATE ${SHAREWAY_MALLOC})
  endif()
endfunction()
