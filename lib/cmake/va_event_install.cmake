# SPDX-License-Identifier: Apache-2.0
# Headers, library and the files that make find_package(va_event) work.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/va_event)

install(
  TARGETS va_event
  EXPORT va_eventTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/va_event DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT va_eventTargets NAMESPACE va_event:: DESTINATION ${config_dir})

get_target_property(library_type va_event TYPE)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/va_eventConfig.cmake.in va_eventConfig.cmake
                              INSTALL_DESTINATION ${config_dir})
# Before 1.0 a new minor version may change the interface.
write_basic_package_version_file(va_eventConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/va_eventConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/va_eventConfigVersion.cmake
        DESTINATION ${config_dir})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
