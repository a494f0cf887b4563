# SPDX-License-Identifier: Apache-2.0
# What the tests of this folder have in common.

# Runs a command; a failure ends the test with everything the command said.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${status}:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

# Configures and builds the consumer in `folder`, then runs it. More arguments go to CMake.
function(build_and_run_consumer folder)
  file(REMOVE_RECURSE ${folder})
  run(${CMAKE_COMMAND} -G ${generator} -S ${CMAKE_CURRENT_LIST_DIR}/consumer -B ${folder} -DCMAKE_BUILD_TYPE=Release
      -DCMAKE_CXX_COMPILER=${compiler} -DCMAKE_CXX_COMPILER_LAUNCHER=${launcher} ${ARGN})
  run(${CMAKE_COMMAND} --build ${folder} --parallel 2)
  run(${folder}/consumer)
  if(NOT output MATCHES "^va_event ${version}: ")
    message(FATAL_ERROR "the consumer printed: ${output}")
  endif()
endfunction()

# Does the installed file exist?
function(expect_file path)
  if(NOT EXISTS ${path})
    message(FATAL_ERROR "not installed: ${path}")
  endif()
endfunction()
