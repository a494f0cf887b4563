#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds everything, runs the whole suite.
#   bash tests/run.sh [--preset release-clang|debug|asan-ubsan|asan-ubsan-lib|tsan|coverage]
#                     [arguments of ctest, such as -R PyNN]
# Other presets than release leave out what they would only repeat (label "once"): PyNN, other simulators, the library as
# a package, and pages.
set -euo pipefail
# shellcheck source=apps/prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/../apps/prepare.sh"

preset=release
if [[ ${1-} == --preset ]]; then
  preset=${2:?--preset needs a name}
  shift 2
fi

packages="$packages_run $packages_pynn $packages_test"
[[ $preset == *clang* ]] && packages+=" clang"
# shellcheck disable=SC2086  # lists of words
install_packages $packages
mkdir -p "$root/build"
exec {lock}>"$root/build/.lock" # two runs at the same time must not build in the same folder
flock "$lock"
settings=(-DVA_EVENT_BUILD_PYNN=OFF)
selection=(-LE once)
if [[ $preset == release ]]; then
  pythons=/usr/bin/python3
  if newest_pynn; then
    pythons+=";$root/build/pynn/bin/python"
  else
    say "PyNN 0.13 cannot be installed: Debian's is tested alone"
  fi
  settings=(-DVA_EVENT_BUILD_PYNN=ON "-DVA_EVENT_PYNN_PYTHON=$pythons")
  selection=()
fi
sonata_python=
if sonata_readers; then
  sonata_python=$root/build/sonata/bin/python
else
  say "libsonata and BMTK cannot be installed: h5py alone checks SONATA files"
fi
configure "$preset" "${settings[@]}" "-DVA_EVENT_SONATA_PYTHON=$sonata_python"
build "$preset"
exec {lock}>&-
exec ctest --test-dir "$root/build/$preset" --output-on-failure --no-tests=error --parallel "$(nproc)" "${selection[@]}" "$@"
