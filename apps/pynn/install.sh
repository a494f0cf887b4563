#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs the PyNN backend for the system's Python 3 (root: for everybody, else for the user), or removes it.
set -euo pipefail
# shellcheck source=apps/prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/../prepare.sh"

python=/usr/bin/python3
site() { "$python" -c 'import os, site; print(site.getusersitepackages() if os.getuid() else site.getsitepackages()[0])'; }

case ${1-install} in
  install)
    # shellcheck disable=SC2086  # lists of words
    install_packages $packages_run $packages_pynn
    mkdir -p "$root/build"
    exec {lock}>"$root/build/.lock" # two runs at the same time must not build in the same folder
    flock "$lock"
    # Somebody who has configured this folder with the tests keeps them.
    tests=()
    is_configured release || tests=(-DVA_EVENT_BUILD_TESTS=OFF)
    configure release -DVA_EVENT_BUILD_PYNN=ON ${tests[@]+"${tests[@]}"}
    build release va_event_pynn
    site=$(site)
    mkdir -p "$site"
    cmake --install "$root/build/release" --component pynn --prefix "$site" >/dev/null
    "$python" -c 'import pyNN.va_event' # fails loudly where PyNN does not find it
    say "installed in $site: PyNN's simulator is called va_event (python VAbenchmarks.py va_event COBA)"
    ;;
  uninstall)
    site=$(site)
    rm -rf "$site/va_event" "$site/_va_event_pynn.py" "$site/va_event_pynn.pth" "$site"/__pycache__/_va_event_pynn.*
    say "removed from $site"
    ;;
  *)
    say "pynn, or pynn uninstall"
    exit 2
    ;;
esac
