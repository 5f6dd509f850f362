#!/usr/bin/env bash
# Runs the suites that need no shell and keeps what each came to in FOLDER/NAME.count ("passed failed skipped").
#   tests/suites.sh FOLDER         runs them: unit, lab-selftest, lab
#   tests/suites.sh --sum FOLDER   prints the sum: "N passed, N failed, N skipped"
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# sum FOLDER: adds the suites up. A suite that left no count has failed.
sum() {
  cat "$1"/*.count | awk '{ passed += $1; failed += $2; skipped += $3 } END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped }'
}

# counter FILE NAME: one attribute of a trx file's <Counters>.
counter() {
  sed -n "s/.*<Counters[^>]* $2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1
}

# dotnet_suite NAME PROJECT SECONDS: runs a test project within a bound.
dotnet_suite() {
  local name=$1 project=$2 seconds=$3 trx="$FOLDER/$1.trx" status=0
  local total executed passed failed
  printf '\n== %s ==\n' "$name"
  timeout "$seconds" dotnet test "$project" -c Release --no-build --nologo -v quiet \
    --logger "trx;LogFileName=$trx" --logger 'console;verbosity=normal' || status=$?
  if [[ ! -f $trx ]]; then
    printf '%s: no result; it ended with %s.\n' "$name" "$status"
    printf '0 1 0\n' >"$FOLDER/$name.count"
    return
  fi
  total=$(counter "$trx" total) executed=$(counter "$trx" executed) passed=$(counter "$trx" passed) failed=$(counter "$trx" failed)
  # A run that was cut off, or broke outside a test, has failed even if no test did.
  if ((status != 0 && failed == 0)); then failed=1; fi
  printf '%s %s %s\n' "$passed" "$failed" "$((total - executed))" >"$FOLDER/$name.count"
}

# build_tests: one after the other, as they share projects. What was built earlier must not be taken for what could not be built now.
build_tests() {
  local suite
  for suite in unit lab; do
    nice dotnet build "tests/$suite" -c Release -v quiet --nologo || rm -rf "tests/$suite/bin/Release"
  done
}

# lab_selftest: the lab's own commands.
lab_selftest() {
  local output status=0
  printf '\n== lab-selftest ==\n'
  output=$(timeout 480 tests/lab/selftest.sh --with-h3 2>&1) || status=$? # the first time h3's root has to be made
  printf '%s\n' "$output"
  if [[ $output =~ ([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ not\ run)? ]]; then
    printf '%s %s %s\n' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[4]:-0}" >"$FOLDER/lab-selftest.count"
  else
    printf 'lab-selftest: no result; it ended with %s.\n' "$status"
    printf '0 1 0\n' >"$FOLDER/lab-selftest.count"
  fi
}

if [[ ${1:-} == --sum ]]; then
  sum "$2"
  exit
fi

FOLDER=$(realpath -m "${1:?usage: tests/suites.sh FOLDER}")
rm -rf "$FOLDER"
mkdir -p "$FOLDER"
# Beside the lab's own test, which waits most of the time, and behind it, since it measures times.
build_tests >"$FOLDER/build.log" 2>&1 &
building=$!
lab_selftest
wait "$building"
cat "$FOLDER/build.log"
tests/lab/lab up # also brings libvirt, which some unit tests load
# Beside the lab tests, which wait most of the time.
dotnet_suite unit tests/unit/VirtMigration.UnitTests.csproj 600 >"$FOLDER/unit.log" 2>&1 &
tests/lab/lab up --with-h3 || printf 'h3 is not to be had: the tests that need it are reported as not run.\n'
dotnet_suite lab tests/lab/VirtMigration.LabTests.csproj 1800
wait
cat "$FOLDER/unit.log"
awk '{ failed += $2 } END { exit failed > 0 }' "$FOLDER"/*.count
