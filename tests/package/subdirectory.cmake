# SPDX-License-Identifier: Apache-2.0
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

# The whole library is compiled once more: how it is linked matters here, not how fast it runs.
set(prefix ${work}/shared_prefix)
build_and_run_consumer(${work}/subdirectory_consumer -DVA_EVENT_SOURCE_DIR=${source} -DBUILD_SHARED_LIBS=ON
                       -DVA_EVENT_INSTALL=ON -DCMAKE_CXX_FLAGS_RELEASE=-O0)

file(REMOVE_RECURSE ${prefix})
run(${CMAKE_COMMAND} --install ${work}/subdirectory_consumer --prefix ${prefix})
build_and_run_consumer(${work}/shared_consumer -DCMAKE_PREFIX_PATH=${prefix})
