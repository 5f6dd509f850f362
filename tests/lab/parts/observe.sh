# What can be seen of a guest from outside, whichever host it is on.

# start_collector HOST...: (again) the process that timestamps heartbeats.
start_collector() {
  local host folders=()
  stop_process "$LAB_DIR/collector.pid"
  for host in "$@"; do folders+=("$host=$(host_dir "$host")/run/beats"); done
  detached "$LAB_DIR/bin/collector" "$SHARED" "${folders[@]}" </dev/null >"$LAB_DIR/collector.log" 2>&1 &
  record_process "$LAB_DIR/collector.pid" $!
}

# collector_is_current: it runs, and its program was not built anew since.
collector_is_current() {
  local pid
  pid=$(recorded_process "$LAB_DIR/collector.pid") && [[ $(readlink "/proc/$pid/exe") != *' (deleted)' ]]
}

# require_console NAME
require_console() {
  [[ -n ${1:-} ]] || usage_error "which guest?"
  [[ -e $SHARED/$1.console ]] || die "guest $1 has no console: no 'lab vm $1' since the lab came up"
}

# cmd_console NAME [--follow]
cmd_console() {
  require_console "${1:-}"
  case ${2:-} in
    '') cat "$SHARED/$1.console" ;;
    --follow) exec tail -n +1 -F "$SHARED/$1.console" ;;
    *) usage_error "console: unknown '$2'" ;;
  esac
}

# guest_place NAME: the host where it beat last.
guest_place() { awk '$2 == "start" {h = $3} $2 == "move" {h = $4} END {print h ? h : "unknown"}' "$SHARED/$1.beats" 2>/dev/null || printf 'unknown\n'; }

# last_report NAME OFFSET: the last complete TICK line behind that many bytes of its console.
last_report() { tail -c "+$(($2 + 1))" "$SHARED/$1.console" | tr -d '\r' | grep -a '^TICK .* scans=[0-9]' | tail -n 1; }

# cmd_check NAME: the guest's own word that no page was lost, from a check of all its pages begun after now.
cmd_check() {
  local name=${1:-} offset begin report scans first='' seen='' heard=$SECONDS
  require_console "$name"
  offset=$(stat -c %s "$SHARED/$name.console")
  begin=$SECONDS
  while :; do
    report=$(last_report "$name" "$offset") || true
    if [[ $report != "$seen" ]]; then
      seen=$report heard=$SECONDS
      [[ $report =~ scans=([0-9]+) ]] && scans=${BASH_REMATCH[1]}
      # The scan under way may have begun before now: the one after it counts.
      first=${first:-$scans}
      ((scans < first + 2)) || break
      [[ $report == *' lost=0 '* ]] || break
    fi
    ((SECONDS - heard < 10)) || die "guest $name gives no sign for 10 s; its last: $(tail -n 1 "$SHARED/$name.console")"
    ((SECONDS - begin < 120)) || die "guest $name has not checked all its pages within 120 s; its last: $report"
    sleep 0.05
  done
  # TICK <n> <rate> lost=<pages> scans=<n>
  read -r _ tick rate lost rest <<<"$report"
  printf '%s rate=%s tick=%s %s host=%s\n' "$lost" "$rate" "$tick" "$rest" "$(guest_place "$name")"
  [[ $lost == lost=0 && $rest != *disk-errors=[1-9]* ]]
}

# silent_now NAME: ms since its last heartbeat.
silent_now() {
  local host stamp newest=0
  for host in "${ALL_HOSTS[@]}"; do
    stamp=$(stat -c %.3Y "$(host_dir "$host")/run/beats/$1.beat" 2>/dev/null) || continue
    stamp=${stamp/[.,]/}
    ((stamp <= newest)) || newest=$stamp
  done
  printf '%s' "$(($(now_ms) - newest))"
}

# cmd_blackout NAME [--since EPOCH-MS]
cmd_blackout() {
  local name=${1:-} since='' quiet
  require_console "$name"
  shift
  if (($#)); then
    [[ $1 == --since ]] || usage_error "blackout: unknown '$1'"
    since=$(option_value "$@") || exit
    [[ $since =~ ^[0-9]{13}$ ]] || usage_error "blackout: --since '$since' must be milliseconds of the epoch (date +%s%3N)"
  fi
  [[ -s $SHARED/$name.beats ]] || die "guest $name has never beaten; see: lab console $name"
  quiet=$(silent_now "$name")
  awk -v since="$since" -v quiet="$quiet" -v now="$(now_ms)" '
    { ms = $2 == "gap" ? $4 : $2 == "move" ? $5 : 0; time[NR] = $1; silence[NR] = ms; kind[NR] = $2 }
    $2 == "move" { move = NR; from = $3; to = $4 }
    $2 == "both" { both = 1 }
    END {
      if (since == "" && !move) { print "lab: no migration of this guest was seen" > "/dev/stderr"; exit 1 }
      begin = since == "" ? time[move] - silence[move] - 10000 : since
      end = since == "" ? time[move] + 10000 : now
      longest = now <= end && quiet >= 5 ? quiet : 0        # a silence that still lasts
      for (i = 1; i <= NR; i++)
        if (time[i] >= begin && time[i] <= end && silence[i] > longest && (since != "" || kind[i] == "gap")) longest = silence[i]
      if (since == "") printf "blackout=%d from=%s to=%s at=%s other=%d", silence[move], from, to, time[move], longest
      else printf "longest=%d", longest
      print (both ? " two-copies-ran=yes" : "")
    }' "$SHARED/$name.beats"
}

# work_read NAME: the time of its last report of work, in ms; 0 = there was none.
work_read() { local time=0; [[ ! -s $SHARED/$1.work ]] || read -r time _ < <(tail -n 1 "$SHARED/$1.work"); printf '%s' "$time"; }
work_known() { (($(work_read "$1") >= $2)); }

# cmd_work NAME --since EPOCH-MS [--until EPOCH-MS]: what it wrote between two moments, against what it would have at its own rate of
# the 5 s before. Its reports come twice a second; between two of them it is taken to have written evenly.
cmd_work() {
  local name=${1:-} since='' until=''
  require_console "$name"
  shift
  while (($#)); do
    case $1 in
      --since) since=$(option_value "$@") || exit; shift ;;
      --until) until=$(option_value "$@") || exit; shift ;;
      *) usage_error "work: unknown '$1'" ;;
    esac
    shift
  done
  until=${until:-$(now_ms)}
  [[ $since =~ ^[0-9]{13}$ && $until =~ ^[0-9]{13}$ ]] || usage_error "work: --since '$since' and --until '$until' must be milliseconds of the epoch (date +%s%3N)"
  ((since < until)) || usage_error "work: --since $since is not before --until $until"
  # a guest that is slowed down or stands reports late
  wait_for 10 work_known "$name" "$until" || die "guest $name has not told its work for 10 s; see: lab console $name"
  awk -v since="$since" -v until="$until" '
    function at(moment,   i) {
      for (i = 2; i < count && time[i] < moment; i++) ;
      return pages[i - 1] + (pages[i] - pages[i - 1]) * (moment - time[i - 1]) / (time[i] - time[i - 1])
    }
    $1 > last { time[++count] = last = $1; pages[count] = $2 }
    END {
      begin = since - 5000 > time[1] ? since - 5000 : time[1]
      if (since - begin < 2000) { print "lab: less than 2 s of work before --since are known, too little for its own rate" > "/dev/stderr"; exit 1 }
      rate = (at(since) - at(begin)) / (since - begin)
      if (rate <= 0) { print "lab: the guest writes nothing, so it can lose no work" > "/dev/stderr"; exit 1 }
      done = (at(until) - at(since)) / 256
      expected = rate * (until - since) / 256
      printf "lost-work=%d percent=%.1f done=%.1fMiB expected=%.1fMiB rate=%.1fMiB/s\n",
        (until - since) * (1 - done / expected), 100 * (1 - done / expected), done, expected, rate * 1000 / 256
    }' "$SHARED/$name.work"
}

# cmd_qmp HOST [--since EPOCH-MS]: what its libvirtd sent to its QEMUs, from lines (in UTC) like
#   2026-11-21 11:19:21.123+0000: 42: info : qemuMonitorSend:861 : QEMU_MONITOR_SEND_MSG: mon=0x7f0c0c00a0b0 msg={"execute":...}
cmd_qmp() {
  local host=${1:-} since=0 log
  require_host "$host"
  shift
  if (($#)); then
    [[ $1 == --since ]] || usage_error "qmp: unknown '$1'"
    since=$(option_value "$@") || exit
    [[ $since =~ ^[0-9]{13}$ ]] || usage_error "qmp: --since '$since' must be milliseconds of the epoch (date +%s%3N)"
  fi
  log=$(host_dir "$host")/log/qmp.log
  [[ -e $log ]] || die "there is no $log: $host was not up since the last 'lab up'"
  TZ=UTC awk -v since="$since" '
    / QEMU_MONITOR_SEND_MSG: / && match($0, / mon=[^ ]+ msg=/) {
      second = $1 " " substr($2, 1, 8)
      gsub(/[-:]/, " ", second)
      time = mktime(second) substr($2, 10, 3)
      if (time + 0 < since + 0) next
      monitor = substr($0, RSTART + 5, RLENGTH - 10)
      message = substr($0, RSTART + RLENGTH)
      sub(/\r$/, "", message)
      print time, monitor, message
    }' "$log"
}
