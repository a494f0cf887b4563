# SPDX-License-Identifier: Apache-2.0
# What the library links. Also installed, as the part of the package config that finds the same things again.
#
# By pkg-config, because the alternatives fail on Debian 12: FindHDF5 needs the C language in the project that
# asks, and libzip's own config demands three programs of packages that nothing else needs.
find_package(PkgConfig REQUIRED)
pkg_check_modules(va_event_hdf5 REQUIRED IMPORTED_TARGET GLOBAL hdf5)
pkg_check_modules(va_event_libzip REQUIRED IMPORTED_TARGET GLOBAL libzip)
