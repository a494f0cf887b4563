#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds what has changed, runs va-event or an example with the arguments given.
set -euo pipefail
# shellcheck source=apps/prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"

if [[ $# == 0 ]]; then
  cat <<END
Simulates the Vogels-Abbott benchmark networks, event by event and without a time step.

  bash apps/run.sh COBA          conductance-based synapses (benchmark 1 of Brette et al. 2007)
  bash apps/run.sh CUBA          current-based synapses (benchmark 2)
  bash apps/run.sh COBA --plot-figure --duration 2000 --seed 3
  bash apps/run.sh --help        every option, with defaults and units
  bash apps/run.sh microcircuit  an example: the cortical microcircuit of Potjans & Diesmann 2014; also with --help
  bash apps/run.sh brunel        another one: the sparsely connected network of Brunel 2000
  bash apps/run.sh inhibitory_plasticity  another one: the network that inhibition balances of Vogels et al. 2011
  bash apps/run.sh pynn          installs the simulator va_event of PyNN for the system's Python 3
  bash apps/run.sh pynn uninstall

The first run installs the Debian packages that are missing and builds the program in build/release.
END
  exit
fi

if [[ $1 == pynn ]]; then
  exec bash "$root/apps/pynn/install.sh" "${@:2}"
fi

program=va_event/va-event
case $1 in microcircuit | brunel | inhibitory_plasticity)
  program=examples/$1
  shift
  ;;
esac

# shellcheck disable=SC2086  # lists of words
install_packages $packages_run
mkdir -p "$root/build"
exec {lock}>"$root/build/.lock" # two runs at the same time must not build in the same folder
flock "$lock"
# Somebody who has configured this folder with the tests keeps them.
is_configured release || configure release -DVA_EVENT_BUILD_TESTS=OFF
build release "$(basename "$program")"
exec {lock}>&-
# exec: signals reach the program, and its exit code is ours.
exec "$root/build/release/apps/$program" "$@"
