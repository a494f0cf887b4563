#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The library on 64-bit Arm, on an x86-64 machine: cross-compiles it, runs some tests under qemu-user, and compares the
# bits of results with those of the build for this machine, and of those of other presets that are named.
#   bash tests/aarch64/run.sh [release-clang ...]
set -euo pipefail
# shellcheck source=apps/prepare.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../apps/prepare.sh"

give_up() {
  echo "64-bit Arm: $1" >&2
  exit 1
}

on_arm() { qemu-aarch64 -cpu cortex-a53 -L "$root/build/aarch64-sysroot" "$root/build/aarch64/tests/aarch64/$1" "${@:2}"; }

# Prints the bits of one build.
bits_of() {
  local files=$root/build/aarch64/files-$1
  mkdir -p "$files"
  if [[ $1 == aarch64 ]]; then
    on_arm aarch64_bits "$files"
  else
    "$root/build/$1/tests/aarch64/aarch64_bits" "$files"
  fi
}

[[ $(uname -m) == x86_64 ]] || give_up "NOT TESTED: results are compared with those of x86-64, and this is $(uname -m)"
# shellcheck disable=SC2086  # lists of words
(install_packages $packages_run $packages_test $packages_aarch64) || give_up "NOT TESTED: packages are missing"
command -v aarch64-linux-gnu-g++ qemu-aarch64 >/dev/null || give_up "NOT TESTED: no aarch64-linux-gnu-g++ or no qemu-aarch64"
mkdir -p "$root/build"
exec {lock}>"$root/build/.lock" # two runs at the same time must not build in the same folder
flock "$lock"
aarch64_sysroot || give_up "NOT TESTED: Debian's arm64 packages cannot be had (see build/aarch64-sysroot.log)"
for preset in release "$@"; do
  configure "$preset"
  build "$preset" aarch64_bits
done
configure aarch64
build aarch64 aarch64_bits aarch64_test aarch64_sve
exec {lock}>&-

folder=$root/build/aarch64
on_arm aarch64_test --gtest_brief=1 | tee "$folder/tests.txt" || give_up "FAILED: a test of aarch64_test (see above)"
tests=$(sed -n 's/^\[  PASSED  \] \([1-9][0-9]*\) tests.*/\1/p' "$folder/tests.txt")
[[ -n $tests ]] || give_up "FAILED: no test has run"
for preset in aarch64 release "$@"; do
  bits_of "$preset" >"$folder/bits-$preset.txt" || give_up "FAILED: aarch64_bits of build/$preset (see above)"
done
for preset in release "$@"; do
  diff "$folder/bits-$preset.txt" "$folder/bits-aarch64.txt" ||
    give_up "FAILED: other bits (>) than on x86-64 (<, build/$preset); see above"
done
times >"$folder/times.txt"
echo "64-bit Arm, under qemu: $tests tests passed, and $(wc -l <"$folder/bits-aarch64.txt") results are the same bits as" \
  "on x86-64 (release${*:+ }$*); processor time, user and system: $(tail -1 "$folder/times.txt")"
