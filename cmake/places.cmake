# Directories of an installation that GNUInstallDirs lacks. A distribution sets those that it has elsewhere.
set(MUSTER_LIBEXECDIR ${CMAKE_INSTALL_LIBEXECDIR}/muster CACHE PATH
  "the programs that only musterd calls")
set(MUSTER_BASH_COMPLETIONS ${CMAKE_INSTALL_DATADIR}/bash-completion/completions CACHE PATH
  "completions of bash")
set(MUSTER_ZSH_COMPLETIONS ${CMAKE_INSTALL_DATADIR}/zsh/site-functions CACHE PATH
  "completions of zsh; Debian has them in share/zsh/vendor-completions")
set(MUSTER_FISH_COMPLETIONS ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d CACHE PATH
  "completions of fish")

# The path from the directory of musterd to that of the programs that it calls: what is installed together may
# be moved together.
get_filename_component(bindir ${CMAKE_INSTALL_FULL_BINDIR} ABSOLUTE)
get_filename_component(libexecdir ${MUSTER_LIBEXECDIR} ABSOLUTE BASE_DIR ${CMAKE_INSTALL_PREFIX})
file(RELATIVE_PATH MUSTER_LIBEXEC_FROM_BIN ${bindir} ${libexecdir})
