# Processes that the lab started, known by pid and start time: a pid alone may belong to another process by now.

# start_time PID: field 22 of its stat; empty when there is no such process.
start_time() {
  local stat fields
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  read -ra fields <<<"${stat##*) }"        # behind the command name, which may hold blanks: field 3 is index 0
  [[ ${fields[0]} != Z ]] || return 1
  printf '%s' "${fields[19]}"
}

# record_process FILE PID: remembers it.
record_process() {
  local started
  started=$(start_time "$2") || die "process $2 ended at once ($1)"
  printf '%s %s\n' "$2" "$started" >"$1"
}

# recorded_process FILE: prints the pid if that very process still lives.
recorded_process() {
  local pid started
  { read -r pid started <"$1"; } 2>/dev/null || return 1
  [[ -n $started && $(start_time "$pid") == "$started" ]] || return 1
  printf '%s' "$pid"
}

# detached COMMAND...: becomes COMMAND in a session of its own, for use with &. It gets descriptors 0 to 2 and no other:
# what outlives `lab` would hold its lock for ever, and that of a `flock FILE lab up`.
detached() {
  local fd
  for fd in "/proc/$BASHPID/fd"/*; do
    fd=${fd##*/}
    ((fd <= 2)) || exec {fd}>&-
  done
  exec setsid "$@"
}

# process_gone FILE: the contrary, for wait_for.
process_gone() { ! recorded_process "$1"; }

# stop_process FILE: kills it and waits until it is gone.
stop_process() {
  local pid
  if pid=$(recorded_process "$1"); then
    kill -9 "$pid"
    wait_for 10 process_gone "$1" || die "process $pid ($1) does not end"
  fi
  rm -f "$1"
}

# processes_running WORD...: pids of the processes whose command line ends with exactly these words.
processes_running() {
  local process words
  for process in /proc/[0-9]*; do
    { mapfile -d '' -t words <"$process/cmdline"; } 2>/dev/null || continue
    ((${#words[@]} >= $#)) || continue
    [[ "${words[*]: -$#}" != "$*" ]] || printf '%s\n' "${process#/proc/}"
  done
}
