#!/usr/bin/env bash
# The way in: finds PowerShell (7.6 or newer; on PATH, or restored as the .NET tool "powershell") and hands over to build.ps1.
# Where there is none it runs the parts that need none, and says what it left out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly NEEDED_SHELL='7.6'
readonly PESTER_FOLDER='tests/pester'

usage() {
  cat <<'TEXT'
usage: ./build.sh TASK
  build      the module, in out/VirtMigration
  test       build, unit tests, lab tests, and Pester where there is a shell
  demo       two hosts, two guests, and their migration, on this machine (root)
  lab ARG..  the lab: up, down, status, vm ... (tests/lab/lab --help)
  benchmark  the speed of the module against virsh and others, in the lab
  bench      how each policy ends with guests that write 0.2 to 3 times what the link carries: a table (25 min; -Loads, -Policies)
  docs       the help file from docs/en-US (needs Microsoft.PowerShell.PlatyPS)
  package    out/VirtMigration-VERSION.zip
  clean      removes what was built
TEXT
}

# usable_shell COMMAND...: whether it is a PowerShell that is new enough.
usable_shell() {
  local version
  version=$(timeout 60 "$@" -NoProfile -NonInteractive -Command '$PSVersionTable.PSVersion.ToString()' 2>/dev/null) || return 1
  [[ $(printf '%s\n%s\n' "$NEEDED_SHELL" "${version%%-*}" | sort -V | head -n 1) == "$NEEDED_SHELL" ]]
}

# find_shell: sets SHELL_COMMAND; fails where no shell can be had.
find_shell() {
  if [[ ${VIRTMIGRATION_NO_SHELL:-} == 1 ]]; then
    return 1 # to try the way without one, on a machine that has one
  fi
  SHELL_COMMAND=(pwsh)
  if command -v pwsh >/dev/null && usable_shell "${SHELL_COMMAND[@]}"; then return 0; fi
  SHELL_COMMAND=(dotnet tool run pwsh --)
  timeout 120 dotnet tool restore >/dev/null 2>&1 && usable_shell "${SHELL_COMMAND[@]}"
}

need_dotnet() {
  command -v dotnet >/dev/null || {
    printf 'build.sh: the .NET SDK 10 is not installed: see https://dot.net\n' >&2
    exit 1
  }
}

build_module() {
  dotnet build src/VirtMigration.Cmdlets -c Release -v quiet --nologo
}

# The suites that need no shell, then one line that says what was not run.
test_without_shell() {
  local cases status=0
  build_module
  tests/suites.sh out/suites || status=$?
  cases=$(cat "$PESTER_FOLDER"/*.Tests.ps1 | grep -cE "^[[:space:]]*It[[:space:]]+['\"]" || true)
  # Without a shell nobody can tell how many cases a test with -ForEach has.
  printf '\nNOT RUN: Pester (at least %s tests in %s; some have several cases): no PowerShell %s or newer on PATH, and the .NET tool "powershell" could not be restored.\n' \
    "$cases" "$PESTER_FOLDER" "$NEEDED_SHELL"
  tests/lab/lab down
  tests/suites.sh --sum out/suites
  return "$status"
}

demo_without_shell() {
  local guest was_up=0
  printf 'No PowerShell %s or newer can be had here, so the demonstration runs samples/migrate.cs on the same engine.\n' "$NEEDED_SHELL"
  tests/lab/lab status >/dev/null 2>&1 && was_up=1
  tests/lab/lab up
  eval "$(tests/lab/lab env)"
  trap 'for guest in demo-web1 demo-web2; do tests/lab/lab destroy "$guest" || true; done; [[ '"$was_up"' == 1 ]] || tests/lab/lab down' EXIT
  for guest in demo-web1 demo-web2; do
    tests/lab/lab vm "$guest" --on h1 --dirty 20MiB/s
  done
  for guest in demo-web1 demo-web2; do
    printf '\n$ dotnet run samples/migrate.cs -- %s --policy VeryLarge\n' "$guest"
    dotnet run samples/migrate.cs -- "$guest" --policy VeryLarge
    tests/lab/lab check "$guest"
  done
  printf '\n'
  tests/lab/lab status
}

main() {
  local task=${1:-}
  [[ -n $task ]] && shift
  case $task in
    build) need_dotnet; build_module ;;
    lab) exec tests/lab/lab "$@" ;;
    clean) rm -rf out src/*/bin src/*/obj tests/*/bin tests/*/obj ;;
    test | demo | benchmark | bench | docs | package)
      need_dotnet
      if find_shell; then
        exec "${SHELL_COMMAND[@]}" -NoProfile -File build.ps1 "$task" "$@"
      fi
      case $task in
        test) test_without_shell ;;
        demo) build_module; demo_without_shell ;;
        *)
          printf 'build.sh: "%s" needs PowerShell %s or newer on PATH.\n' "$task" "$NEEDED_SHELL" >&2
          exit 1
          ;;
      esac
      ;;
    -h | --help | help) usage ;;
    *)
      [[ -z $task ]] || printf 'build.sh: there is no task "%s".\n' "$task" >&2
      usage >&2
      exit 2
      ;;
  esac
}

main "$@"
