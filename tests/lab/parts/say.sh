# How the lab speaks, fails and waits.

# die MESSAGE...: a failure; the message names the value and the way out.
die() { printf 'lab: %s\n' "$*" >&2; exit 1; }

# usage_error MESSAGE...: wrong arguments.
usage_error() { printf 'lab: %s (see: lab --help)\n' "$*" >&2; exit 2; }

# note MESSAGE...: progress, on stderr so that stdout stays for results.
note() { printf 'lab: %s\n' "$*" >&2; }

# wait_for SECONDS COMMAND...: tries each 50 ms until COMMAND succeeds; fails when the time is over.
wait_for() {
  local end=$((SECONDS + $1 + 1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.05
  done
}

# now_ms: milliseconds of the epoch.
now_ms() { local t=${EPOCHREALTIME/[.,]/}; printf '%s' "${t%???}"; }

# option_value OPTION VALUE...: VALUE, or a usage error when OPTION was the last word.
option_value() { (($# > 1)) || usage_error "$1 needs a value"; printf '%s' "$2"; }

# mebibytes TEXT: "256MiB" or "1GiB" as a number of MiB.
mebibytes() {
  case $1 in
    [1-9]*([0-9])MiB) printf '%s' "${1%MiB}" ;;
    [1-9]*([0-9])GiB) printf '%s' "$((${1%GiB} * 1024))" ;;
    *) return 1 ;;
  esac
}

# kibibytes_per_second TEXT: "20MiB/s", "512KiB/s" or "0" as a number of KiB/s.
kibibytes_per_second() {
  case $1 in
    0) printf '0' ;;
    [1-9]*([0-9])KiB/s) printf '%s' "${1%KiB/s}" ;;
    [1-9]*([0-9])MiB/s) printf '%s' "$((${1%MiB/s} * 1024))" ;;
    *) return 1 ;;
  esac
}
