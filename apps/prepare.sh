# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Sourced by apps/run.sh, tests/run.sh, tests/aarch64/run.sh and .ci/run: Debian packages and the build. Everything is said on stderr, so that
# the output of the program stays clean.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# a|b: either will do, and a is installed when there is none.
packages_run="g++ cmake ninja-build pkg-config|pkgconf
  libboost-dev libboost-iostreams-dev libboost-filesystem-dev libboost-system-dev librandom123-dev
  libhdf5-dev libhwy-dev libzip-dev libcli11-dev nlohmann-json3-dev libspdlog-dev
  gnuplot-nox|gnuplot-qt|gnuplot-x11 libgnuplot-iostream-dev"
packages_test="libgtest-dev libgmock-dev python3 python3-numpy python3-h5py python3-neo python3-mpmath
  chromium python3-brian python3-neuron neuron-dev python3-csa python3-venv libopenmpi-dev openmpi-bin"
packages_pynn="python3 python3-dev pybind11-dev python3-pynn"
packages_aarch64="g++-aarch64-linux-gnu qemu-user"
packages_aarch64_sysroot="libboost-dev librandom123-dev libhdf5-dev libhwy-dev libzip-dev libgtest-dev libgmock-dev"
packages_ci="clang clang-format clang-tidy libbenchmark-dev"

say() { echo "$(basename "$0"): $*" >&2; }

# The newest PyNN beside Debian's, in the virtual environment build/pynn. Needs the network, once; fails without it. In
# build/pynn/source, PyNN's examples and scenarios; without them, pytest and scipy, one test is left out.
newest_pynn() {
  local folder=$root/build/pynn
  if [[ ! -e $folder/complete ]]; then
    say "installing PyNN 0.13 in build/pynn (log in build/pynn.log)"
    rm -rf "$folder"
    { /usr/bin/python3 -m venv "$folder" && "$folder/bin/pip" install 'PyNN==0.13.*' csa; } >"$folder.log" 2>&1 &&
      touch "$folder/complete" || return 1
  fi
  [[ -e $folder/source ]] && return
  { "$folder/bin/pip" install pytest scipy &&
    "$folder/bin/pip" download --no-deps --no-binary PyNN --dest "$folder/archive" 'PyNN==0.13.*' &&
    mkdir "$folder/unpacked" && tar --extract --file "$(ls "$folder"/archive/*.tar.gz)" --directory "$folder/unpacked" \
    --strip-components 1 && mv "$folder/unpacked" "$folder/source"; } >>"$folder.log" 2>&1 ||
    say "no source archive of PyNN (see build/pynn.log)"
}

# The readers of SONATA files, libsonata and BMTK, in the virtual environment build/sonata. Needs the network, once;
# fails without it. Of BMTK's dependencies only those that its readers of reports and spikes import.
sonata_readers() {
  local folder=$root/build/sonata
  [[ -e $folder/complete ]] && return
  say "installing libsonata and BMTK in build/sonata (log in build/sonata.log)"
  rm -rf "$folder"
  { /usr/bin/python3 -m venv "$folder" && "$folder/bin/pip" install 'libsonata==0.2.*' h5py pandas six &&
    "$folder/bin/pip" install --no-deps 'bmtk==1.2.*' &&
    "$folder/bin/python" -c 'import bmtk.utils.reports.compartment, bmtk.utils.reports.spike_trains, libsonata'; } >"$folder.log" 2>&1 &&
    touch "$folder/complete"
}

# Prints those of the packages that are not installed, on one line.
missing_packages() {
  local installed package alternative missing=()
  installed=" $(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' 2>/dev/null |
    sed -n 's/^installed //p' | tr '\n' ' ') "
  for package in "$@"; do
    for alternative in ${package//|/ }; do
      [[ $installed == *" $alternative "* ]] && continue 2
    done
    missing+=("${package%%|*}")
  done
  echo "${missing[*]}"
}

ask_for_packages() {
  say "packages are missing and cannot be installed from here; please run this as root, then try again:"
  echo "  apt-get update && apt-get install --yes --no-install-recommends $1" >&2
  exit 1
}

# Installs what is missing of the packages, or says how to and gives up.
install_packages() {
  if ! command -v dpkg-query apt-get >/dev/null; then
    say "no Debian packages here: taking for granted that the dependencies are installed ($*)"
    return
  fi
  local missing as_root=()
  missing=$(missing_packages "$@")
  [[ -z $missing ]] && return
  if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null || ask_for_packages "$missing"
    as_root=(sudo)
    # Without a terminal sudo cannot ask for a password: fail instead of waiting.
    [[ -t 0 ]] || as_root+=(--non-interactive)
  fi
  say "installing $missing (may take minutes; log in build/apt.log)"
  mkdir -p "$root/build"
  # shellcheck disable=SC2086  # a list of words
  if ! { "${as_root[@]}" apt-get update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
      -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 $missing; } >"$root/build/apt.log" 2>&1; then
    tail -5 "$root/build/apt.log" >&2
    ask_for_packages "$missing"
  fi
}

# Debian's arm64 packages with all that they depend on, unpacked in build/aarch64-sysroot. This machine has no part in it:
# apt gets a state of its own, in which nothing is installed. Needs the network, once; fails without it.
aarch64_sysroot() {
  local folder=$root/build/aarch64-sysroot apt=$root/build/aarch64-apt wanted=$packages_aarch64_sysroot
  [[ $(cat "$folder/complete" 2>/dev/null) == "$wanted" ]] && return
  say "unpacking arm64 packages in build/aarch64-sysroot (log in build/aarch64-sysroot.log)"
  rm -rf "$folder" "$apt"
  mkdir -p "$folder" "$apt/state/lists/partial" "$apt/cache/archives/partial"
  touch "$apt/status"
  printf '%s;\n' 'APT::Architecture "arm64"' 'APT::Architectures "arm64"' "Dir::State \"$apt/state\"" \
    "Dir::State::status \"$apt/status\"" "Dir::Cache \"$apt/cache\"" >"$apt/apt.conf"
  # shellcheck disable=SC2086  # a list of words
  { APT_CONFIG=$apt/apt.conf apt-get update &&
    APT_CONFIG=$apt/apt.conf apt-get install --yes --no-install-recommends --download-only $wanted &&
    printf '%s\0' "$apt"/cache/archives/*.deb | xargs -0 -I '{}' dpkg-deb --extract '{}' "$folder" &&
    # What a script of libhdf5-dev would do.
    ln -s hdf5-serial.pc "$folder/usr/lib/aarch64-linux-gnu/pkgconfig/hdf5.pc"; } >"$folder.log" 2>&1 || return 1
  rm -rf "$apt"
  echo "$wanted" >"$folder/complete"
}

# Is build/<preset> configured for these sources? A folder that was copied along with them belongs to the original.
is_configured() {
  local folder=$root/build/$1
  [[ -e $folder/build.ninja ]] && grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$folder/CMakeCache.txt"
}

# Configures build/<preset>; more arguments go to CMake.
configure() {
  local preset=$1 folder=$root/build/$1
  shift
  is_configured "$preset" || rm -rf "$folder/CMakeCache.txt" "$folder/CMakeFiles"
  mkdir -p "$folder"
  if ! (cd "$root" && cmake --preset "$preset" "$@") >"$folder/configure.log" 2>&1; then
    cat "$folder/configure.log" >&2
    say "configuring failed (see above)"
    exit 1
  fi
}

# Builds the targets in build/<preset>, all of them when none is named. Quiet when there is nothing to do.
build() {
  local preset=$1 folder=$root/build/$1 plan steps minutes
  shift
  plan=$(ninja -C "$folder" -n "$@" 2>&1) || true
  if [[ $plan == *"no work to do"* ]]; then
    say "build/$preset is up to date"
    return
  fi
  steps=$(grep -c '^\[' <<<"$plan" || true)
  minutes=$(((steps * 3 / $(nproc) + 59) / 60)) # a step takes some 3 s
  say "building in build/$preset: $steps steps with $(nproc) processes, about $minutes minute(s)"
  if ! cmake --build "$folder" --parallel "$(nproc)" ${@:+--target "$@"} >&2; then
    say "building failed (see above)"
    exit 1
  fi
}
