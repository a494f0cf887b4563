#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds everything, runs the whole suite.
#   bash tests/run.sh [--preset debug|asan-ubsan|tsan|coverage|release-clang] [arguments of ctest, such as -R kernels]
set -euo pipefail
# shellcheck source=apps/prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/../apps/prepare.sh"

preset=release
if [[ ${1-} == --preset ]]; then
  preset=${2:?--preset needs a name}
  shift 2
fi

packages="$packages_run $packages_test"
[[ $preset == *clang* ]] && packages+=" clang"
# shellcheck disable=SC2086  # lists of words
install_packages $packages
mkdir -p "$root/build"
exec {lock}>"$root/build/.lock" # two runs at the same time must not build in the same folder
flock "$lock"
configure "$preset"
build "$preset"
exec {lock}>&-
exec ctest --test-dir "$root/build/$preset" --output-on-failure --no-tests=error --parallel "$(nproc)" "$@"
