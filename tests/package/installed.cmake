# SPDX-License-Identifier: Apache-2.0
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

set(prefix ${work}/static_prefix)
file(REMOVE_RECURSE ${prefix})
run(${CMAKE_COMMAND} --install ${build} --prefix ${prefix})

# The prefix is moved: nothing in it may remember where it was.
file(REMOVE_RECURSE ${prefix}_moved)
file(RENAME ${prefix} ${prefix}_moved)
set(prefix ${prefix}_moved)

run(${prefix}/bin/va-event --version)
if(NOT output MATCHES "${version}")
  message(FATAL_ERROR "va-event --version printed: ${output}")
endif()
expect_file(${prefix}/include/va_event/va_event.hpp)
build_and_run_consumer(${work}/static_consumer -DCMAKE_PREFIX_PATH=${prefix})
