# Everything comes from the distribution's packages (scripts/packages lists them).
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(tl-expected REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(libuv REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(libzmq REQUIRED IMPORTED_TARGET libzmq)
pkg_check_modules(libxxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(libzstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(libcurl REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(openssl REQUIRED IMPORTED_TARGET openssl)
pkg_check_modules(libyaml REQUIRED IMPORTED_TARGET yaml-0.1)

# Header-only, and slow to compile: config's alone.
find_path(tomlplusplus_headers toml++/toml.h REQUIRED)

# Header-only msgpack, without Boost.
add_library(msgpack INTERFACE)
target_compile_definitions(msgpack INTERFACE MSGPACK_NO_BOOST)
