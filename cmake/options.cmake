# Build types, warnings and sanitizers; the presets choose among them.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

set(MUSTER_SANITIZE "" CACHE STRING "sanitizers to build with: address,undefined or thread")

# Designated initializers name what matters and leave the rest as it is declared.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Werror)
add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor;-Woverloaded-virtual>")
add_compile_options(-Wno-missing-field-initializers)
if(MUSTER_SANITIZE)
  add_compile_definitions(MUSTER_KILLPOINTS)
  # With its sanitizers on, g++ 12 warns of std::optional's own insides.
  add_compile_options("$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>")
  add_compile_options(-fsanitize=${MUSTER_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${MUSTER_SANITIZE})
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
