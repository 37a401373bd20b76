# Build types, warnings and sanitizers; the presets choose among them.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

set(MUSTER_SANITIZE "" CACHE STRING "sanitizers to build with: address,undefined or thread")

# Designated initializers name what matters and leave the rest as it is declared.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow)
# A newer compiler warns of more. Developers should see that, and a package should be built all the same.
set(is_developed OFF)
if(CMAKE_BUILD_TYPE STREQUAL Debug)
  set(is_developed ON)
endif()
option(MUSTER_WERROR "a warning is an error, as in debug builds, and by scripts/test" ${is_developed})
if(MUSTER_WERROR)
  add_compile_options(-Werror)
endif()
add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor;-Woverloaded-virtual>")
add_compile_options(-Wno-missing-field-initializers)
if(MUSTER_SANITIZE)
  add_compile_definitions(MUSTER_KILLPOINTS)
  # With its sanitizers on, g++ 12 warns of std::optional's own insides.
  add_compile_options("$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>")
  add_compile_options(-fsanitize=${MUSTER_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${MUSTER_SANITIZE})
endif()

# Programs that read what strangers write end at an overrun. A distribution has flags of its own.
option(MUSTER_HARDEN "compile and link with what makes an overrun end the program" OFF)
if(MUSTER_HARDEN)
  include(CheckCXXCompilerFlag)
  add_compile_options(-fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  foreach(flag stack-clash-protection cf-protection)
    check_cxx_compiler_flag(-f${flag} has_${flag})
    if(has_${flag})
      add_compile_options(-f${flag})
    endif()
  endforeach()
  add_link_options(-Wl,-z,relro,-z,now)
endif()

if(CMAKE_UNITY_BUILD)
  # One file's names are no others' in truth.
  add_compile_options(-Wno-shadow)
endif()

# It links in a third of the time that the default linker takes.
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
