# SPDX-License-Identifier: Apache-2.0
# Choices that belong to whoever runs CMake, so they are made only when this is the whole project.
include(GNUInstallDirs)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif()

set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# The installed program finds a shared library beside it, wherever the prefix is moved.
set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")

find_program(VA_EVENT_CCACHE ccache DOC "Compiler cache, used when it is found")
if(VA_EVENT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${VA_EVENT_CCACHE})
endif()
