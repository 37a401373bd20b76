# muster_library(NAME SOURCES a.cc ... LINKS other ...): a room. Includes are written from the top: "router/window.h".
function(muster_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${arg_LINKS})
endfunction()

function(muster_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_LINKS})
endfunction()

# muster_test(NAME SOURCES a_test.cc ... LINKS room ...): a Catch2 program that ctest runs.
function(muster_test name)
  muster_program(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE catch_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS unit)
endfunction()
